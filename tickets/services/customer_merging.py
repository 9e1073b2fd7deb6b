"""Two customers who are one person become one, and apart again: with all that hangs on them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import ForeignKey, QuerySet
from django.utils.translation import gettext as _

from helpdesk.common.clock import now
from helpdesk.common.errors import Conflict, InvalidInput, NotVisible
from tickets.models import Conversation, Customer, CustomerIdentity, CustomerMerge, Message, Ticket, TicketEvent
from tickets.selectors.customer_keys import customer_keys, hanging_on, rows_of
from tickets.services.actors import Actor
from tickets.services.clock_changes import customers_merged
from tickets.services.customer_fields import give_fields, take_fields_back
from tickets.services.events import new_event

ATTEMPTS = 5
# Shorter than PostgreSQL's deadlock_timeout: where a message being filed waits for us and we for it, we step back and begin anew.
LOCK_TIMEOUT_MILLISECONDS = 600
_LOCK_NOT_AVAILABLE = "55P03"
_IDENTITIES, _CONVERSATIONS = "tickets.CustomerIdentity.customer", "tickets.Conversation.customer"
_TICKETS = "tickets.Ticket.customer"


@dataclass(frozen=True, kw_only=True)
class Merged:
    """What a merge or its undo did. ``conflicts``: (code, what it is about) of all that could not be brought together or back."""

    merge: CustomerMerge
    conflicts: Sequence[tuple[str, str]] = field(default_factory=list)


def merge_customers(*, winner_id: int, loser_id: int, actor: Actor) -> Merged:
    """Move all that names the loser to the winner, fill what the winner lacks, and point the loser to him.

    Raises InvalidInput for one and the same, NotVisible, Conflict for one who is merged or erased already, for a made-up customer
    and a real one, and ("busy") while messages of both keep coming. The caller has made sure of the right to both.
    """
    if winner_id == loser_id:
        raise InvalidInput("same_customer", _("A customer cannot be merged into himself."), fields={"into": "same"})
    with transaction.atomic():
        winner, loser = _locked(winner_id, loser_id)
        _refuse_merge(winner, loser)
        moved_rows: dict[str, list[Any]] = {}
        kept_rows: dict[str, list[Any]] = {}
        for name, key in customer_keys().items():
            moved, kept = _move(key, rows_of(key, loser.pk), winner.pk)
            moved_rows |= {name: moved} if moved else {}
            kept_rows |= {name: kept} if kept else {}
        given, conflicts = give_fields(winner, loser)
        conflicts += [("row_kept", f"{name} {pk}") for name, pks in kept_rows.items() for pk in pks]
        merge = CustomerMerge.objects.create(
            winner=winner,
            loser=loser,
            moved={"rows": moved_rows, "kept": kept_rows, **given},
            by_id=actor.user_id,
            merged_at=now(),
        )
        loser.merged_into = winner
        loser.save(update_fields=["merged_into", "external_id"])
        winner.save()
        _tell(moved_rows.get(_TICKETS, []), merge, actor, undone=False)
        customers_merged(customer_ids=[winner.pk])
        return Merged(merge=merge, conflicts=conflicts)


def unmerge_customers(*, merge_id: int, actor: Actor) -> Merged:
    """Undo a merge: what was the loser's goes back to him, with what has come since from his addresses.

    The rest of what has come since stays with the winner. Values that somebody has changed meanwhile stay as they are and are listed,
    as are tickets with messages of both. Raises NotVisible, Conflict when it is undone, or the winner is merged further or erased.
    """
    found = CustomerMerge.objects.filter(pk=merge_id).first()
    if found is None:
        raise NotVisible("merge_not_found", _("There is no such merge."))
    with transaction.atomic():
        winner, loser = _locked(found.winner_id, found.loser_id)
        merge = CustomerMerge.objects.select_for_update().get(pk=merge_id)
        _refuse_unmerge(merge, winner, loser)
        moved = merge.moved["rows"]
        back = {name: set(moved.get(name, [])) for name in customer_keys()}
        _add_what_came_since(back, winner.pk)
        conflicts = _shared_tickets(back)
        conflicts += take_fields_back(winner, loser, merge)
        returned: list[int] = []
        for name, key in customer_keys().items():
            rows = rows_of(key, winner.pk).filter(pk__in=back[name])
            gone, stuck = _move(key, rows, loser.pk)
            returned = gone if name == _TICKETS else returned
            conflicts += [("row_kept", f"{name} {pk}") for pk in stuck]
        loser.merged_into = None
        loser.save(update_fields=["merged_into", "external_id"])
        merge.undone_at, merge.undone_by_id = now(), actor.user_id
        merge.save(update_fields=["undone_at", "undone_by"])
        _tell(returned, merge, actor, undone=True)
        customers_merged(customer_ids=[winner.pk, loser.pk])
        return Merged(merge=merge, conflicts=conflicts)


def _refuse_merge(winner: Customer, loser: Customer) -> None:
    if winner.merged_into_id is not None or loser.merged_into_id is not None:
        raise Conflict("already_merged", _("One of the two is merged into another customer already."))
    if winner.anonymized_at is not None or loser.anonymized_at is not None:
        raise Conflict("erased", _("One of the two is erased, and nothing of him may come back."))
    if winner.is_demo != loser.is_demo:
        raise Conflict("demo_and_real", _("A made-up customer and a real one cannot be merged."))


def _refuse_unmerge(merge: CustomerMerge, winner: Customer, loser: Customer) -> None:
    if merge.undone_at is not None or loser.merged_into_id != winner.pk:
        raise Conflict("not_merged", _("This merge is undone already."))
    if winner.merged_into_id is not None:
        raise Conflict("merged_further", _("The customer is merged into another one himself. Undo that merge first."))
    if winner.anonymized_at is not None or loser.anonymized_at is not None:
        raise Conflict("erased", _("One of the two is erased, and nothing of him may come back."))


# Locks ------------------------------------------------------------------------------------------------------------------


def _locked(winner_id: int, loser_id: int) -> tuple[Customer, Customer]:
    """Both customers with their conversations, tickets and addresses locked, each in the order of their ids.

    Intake holds an address while it looks for the conversation, and mail a conversation while it names the address: one order cannot
    serve both, so a lock that is not given soon is asked for again from the beginning.
    """
    for _attempt in range(ATTEMPTS):
        try:
            with transaction.atomic():
                return _lock_all(winner_id, loser_id)
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", getattr(error.__cause__, "pgcode", "")) != _LOCK_NOT_AVAILABLE:
                raise
    raise Conflict("busy", _("Messages of these customers are just being filed. Try again in a moment."))


def _lock_all(winner_id: int, loser_id: int) -> tuple[Customer, Customer]:
    both = [winner_id, loser_id]
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{LOCK_TIMEOUT_MILLISECONDS}ms"])
    # Without the key: a row that is just being written may name the customer; its address, locked last, keeps it waiting or is waited for.
    customers = {row.pk: row for row in _lock(Customer.objects.filter(pk__in=both), no_key=True)}
    if len(customers) < 2:
        raise NotVisible("customer_not_found", _("There is no such customer."))
    _lock(Conversation.objects.filter(customer__in=both))
    _lock(Ticket.objects.filter(customer__in=both), no_key=True)
    _lock(CustomerIdentity.objects.filter(customer__in=both))
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', '0', true)")
    return customers[winner_id], customers[loser_id]


def _lock(rows: QuerySet[Any], *, no_key: bool = False) -> list[Any]:
    return list(rows.select_for_update(no_key=no_key).order_by("pk"))


# Rows -------------------------------------------------------------------------------------------------------------------


def _move(key: ForeignKey, rows: QuerySet[Any], to: int) -> tuple[list[Any], list[Any]]:
    """Give rows to a customer; returns the keys of those that went, and of those that he has in other words already."""
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    table = key.model._base_manager
    if not ids:
        return [], []
    try:
        with transaction.atomic():
            table.filter(pk__in=ids).update(**{key.attname: to})
        return ids, []
    except IntegrityError:
        pass
    moved, kept = [], []
    for pk in ids:
        try:
            with transaction.atomic():
                table.filter(pk=pk).update(**{key.attname: to})
        except IntegrityError:
            kept.append(pk)
        else:
            moved.append(pk)
    return moved, kept


def _add_what_came_since(back: dict[str, set[Any]], winner_id: int) -> None:
    """Add the rows that hang on the addresses that go back: threads, cases that are theirs alone, and what names those."""
    identities = list(CustomerIdentity.objects.filter(pk__in=back[_IDENTITIES], customer=winner_id).values_list("pk"))
    conversations = Conversation.objects.filter(identity__in=[pk for (pk,) in identities], customer=winner_id)
    back[_CONVERSATIONS] |= set(conversations.values_list("pk", flat=True))
    threads = back[_CONVERSATIONS]
    fresh = Message.objects.filter(conversation__in=threads, ticket__customer=winner_id)
    shared = Message.objects.filter(conversation__isnull=False).exclude(conversation__in=threads)
    tickets = fresh.exclude(ticket__in=shared.filter(ticket__in=fresh.values("ticket")).values("ticket"))
    back[_TICKETS] |= set(tickets.values_list("ticket", flat=True))
    for name, key in customer_keys().items():
        if name in (_IDENTITIES, _CONVERSATIONS, _TICKETS):
            continue
        condition = hanging_on(key.model, identities=back[_IDENTITIES], conversations=threads, tickets=back[_TICKETS])
        if condition is not None:
            back[name] |= set(rows_of(key, winner_id).filter(condition).values_list("pk", flat=True))


def _shared_tickets(back: dict[str, set[Any]]) -> list[tuple[str, str]]:
    """Tickets in which both have written: each stays whole with the customer whose it is."""
    theirs = Message.objects.filter(conversation__in=back[_CONVERSATIONS]).exclude(ticket__in=back[_TICKETS])
    others = Message.objects.filter(ticket__in=back[_TICKETS], conversation__isnull=False)
    others = others.exclude(conversation__in=back[_CONVERSATIONS])
    numbers = {*theirs.values_list("ticket__number", flat=True), *others.values_list("ticket__number", flat=True)}
    return [("shared_ticket", f"#{number}") for number in sorted(numbers)]


def _tell(ticket_ids: Iterable[int], merge: CustomerMerge, actor: Actor, *, undone: bool) -> None:
    """One event on each ticket that changed hands; on the winner's newest where none did."""
    tickets = list(Ticket.objects.select_for_update(no_key=True).filter(pk__in=list(ticket_ids)).order_by("pk"))
    if not tickets:
        newest = Ticket.objects.select_for_update(no_key=True).filter(customer=merge.winner_id).order_by("-pk")
        tickets = list(newest[:1])
    data = {"merge": merge.pk, "winner": merge.winner_id, "loser": merge.loser_id, "undone": undone}
    events = [new_event(ticket=ticket, kind="customer.merged", actor=actor, data=data) for ticket in tickets]
    for ticket in tickets:
        ticket.version += 1
    Ticket.objects.bulk_update(tickets, ["version", "event_sequence"], batch_size=500)
    TicketEvent.objects.bulk_create(events, batch_size=500)
