"""Who is who: customers and the addresses under which they write."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from channels_app.adapters.base import Address
from channels_app.models import Channel
from channels_app.registry import adapter_class
from helpdesk.common.clock import now
from helpdesk.common.errors import Conflict, InvalidInput, NotVisible
from helpdesk.common.rows import Batch, columns, fetch, key_sequence, next_values, read
from helpdesk.common.text import clean_text, fold_for_sorting, one_line
from tickets.models import Customer, CustomerIdentity, Ticket
from tickets.services.actors import Actor
from tickets.services.addresses import GLOBAL_KINDS, normalised, shown_name, stored_address, written_address
from tickets.services.clock_changes import customer_changed
from tickets.services.events import write_event
from tickets.services.locking import lock_ticket
from tickets.services.proofs import confirm, give_over, is_his
from tickets.services.scoring import mark_customer

CHANGEABLE = frozenset({
    "name", "language", "time_zone", "preferred_channel_id", "organization_id", "attributes", "external_id", "note", "is_vip",
    "is_blocked", "do_not_survey_until",
})  # fmt: skip

_FIND_IDENTITY = (
    f"SELECT {columns(CustomerIdentity, 'i')}, {columns(Customer, 'c')} FROM tickets_customeridentity i "  # noqa: S608  names of the models
    "JOIN tickets_customer c ON c.id = i.customer_id "
    # The lock keeps a merge of customers from passing between the look and the message that is filed with what it found.
    "WHERE i.kind = %s AND i.address = %s AND i.channel_id IS NOT DISTINCT FROM %s FOR KEY SHARE OF i"
)


def scope_of(identity_kind: str, channel: Channel) -> int | None:
    """The channel id that an identity of this kind is bound to, or None where its addresses are global."""
    return None if identity_kind in GLOBAL_KINDS else channel.pk


def in_scope(channel_id: int | None) -> Q:
    """The condition on ``CustomerIdentity.channel`` for a scope of ``scope_of``."""
    return Q(channel__isnull=True) if channel_id is None else Q(channel_id=channel_id)


def find_identity(*, kind: str, address: str, channel_id: int | None) -> CustomerIdentity | None:
    """The identity with its customer, or None."""
    row = fetch(_FIND_IDENTITY, [kind, address, channel_id])
    if row is None:
        return None
    identity, customer = read(row, CustomerIdentity, Customer)
    identity.customer = customer
    found: CustomerIdentity = identity
    return found


def find_or_create_identity(
    *, channel: Channel, sender: Address, language: str = "", aliases: Sequence[Address] = (), is_told: bool = False
) -> CustomerIdentity:
    """The identity of whoever wrote, with a new customer when nobody knows the address. Call inside a transaction.

    ``aliases`` are addresses that the provider vouches for as the same person's: a known one names the customer, those that nobody
    has become his. ``is_told``: an agent says the address, nobody has written from it. Two workers meeting one new sender wait for
    each other on the address alone, then look again; the constraint stays the judge.
    """
    adapter = adapter_class(channel.kind)
    kind = sender.kind or adapter.identity_kind
    channel_id = scope_of(kind, channel)
    address = stored_address(kind, sender, channel)
    identity = find_identity(kind=kind, address=address, channel_id=channel_id)
    if identity is None:
        lock_address(kind, address, channel_id)
        identity = find_identity(kind=kind, address=address, channel_id=channel_id)
    is_vouched = adapter.vouches_for_senders and not is_told
    if identity is None:
        identity = _new_identity(
            channel, sender, kind, address, language, _known_customer(channel, aliases),
            is_verified=is_vouched, is_claimed=is_told,
        )  # fmt: skip
    elif not is_told:
        if is_his(identity):
            confirm(identity, is_vouched=is_vouched)
        else:
            give_over(identity, to=_new_customer(channel, sender, kind, address, language), is_vouched=is_vouched)
    for alias in aliases:
        _keep_alias(channel, alias, identity.customer)
    return identity


def lock_address(kind: str, address: str, channel_id: int | None) -> None:
    """Wait for whoever else is giving this very address to somebody; until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))", [f"{kind}:{address}", channel_id or 0])


def _known_customer(channel: Channel, aliases: Sequence[Address]) -> Customer | None:
    for alias in aliases:
        kind = alias.kind or adapter_class(channel.kind).identity_kind
        address = stored_address(kind, alias, channel)
        identity = find_identity(kind=kind, address=address, channel_id=scope_of(kind, channel))
        if identity is not None and is_his(identity):
            return identity.customer
    return None


def _keep_alias(channel: Channel, alias: Address, customer: Customer) -> None:
    """Give the customer an address that nobody has; whose it is already, his it stays: people merge customers, not providers."""
    kind = alias.kind or adapter_class(channel.kind).identity_kind
    channel_id = scope_of(kind, channel)
    address = stored_address(kind, alias, channel)
    known = find_identity(kind=kind, address=address, channel_id=channel_id)
    if known is not None:
        if known.customer_id == customer.pk:
            confirm(known, is_vouched=True)
        elif not is_his(known):
            give_over(known, to=customer, is_vouched=True)
        return
    identity = CustomerIdentity(
        customer=customer,
        kind=kind,
        channel_id=channel_id,
        address=address,
        address_raw=written_address(alias),
        display_name=one_line(clean_text(alias.name))[:200],
        is_verified=True,
    )
    CustomerIdentity.objects.bulk_create([identity], ignore_conflicts=True)


def _customer_for(channel: Channel, sender: Address, kind: str, address: str, language: str) -> Customer:
    name = shown_name(sender, address)
    return Customer(
        name=name,
        sort_name=fold_for_sorting(name)[:200],
        language=language,
        organization_id=_organization_of(address) if kind == "email" else None,
        is_demo=channel.is_demo or channel.is_simulated,
        created_at=now(),
    )


def _new_customer(channel: Channel, sender: Address, kind: str, address: str, language: str) -> Customer:
    customer = _customer_for(channel, sender, kind, address, language)
    customer.save()
    return customer


def _new_identity(
    channel: Channel, sender: Address, kind: str, address: str, language: str, customer: Customer | None,
    *, is_verified: bool, is_claimed: bool,
) -> CustomerIdentity:  # fmt: skip
    batch = Batch()
    if customer is None:
        customer = _customer_for(channel, sender, kind, address, language)
        customer.pk, identity_pk = next_values(key_sequence(Customer), key_sequence(CustomerIdentity))
        batch.insert([customer])
    else:
        identity_pk = next_values(key_sequence(CustomerIdentity))[0]
    identity = CustomerIdentity(
        pk=identity_pk,
        customer=customer,
        kind=kind,
        channel_id=scope_of(kind, channel),
        address=address,
        address_raw=written_address(sender),
        display_name=shown_name(sender, address),
        is_verified=is_verified,
        is_claimed=is_claimed,
        created_at=now(),
    )
    batch.insert([identity])
    batch.run()
    return identity


def _organization_of(address: str) -> int | None:
    """The id of the organisation that the mail domain belongs to; the oldest where several claim it."""
    domain = address.rpartition("@")[2]
    found = fetch("SELECT min(id) FROM tickets_organization WHERE domains @> ARRAY[%s]::varchar[]", [domain])
    return found[0] if found else None


@transaction.atomic
def create_customer(
    *,
    actor: Actor,
    name: str,
    channel: Channel | None = None,
    address: str = "",
    changes: Mapping[str, Any] | None = None,
) -> Customer:
    """A new customer, with a first address on ``channel`` when one is given. Raises Conflict when the address is taken."""
    customer = Customer(name=one_line(clean_text(name))[:200])
    customer.sort_name = fold_for_sorting(customer.name)[:200]
    _apply(customer, changes or {})
    customer.save()
    if channel is not None and address:
        add_identity(
            customer_id=customer.pk,
            actor=actor,
            kind=adapter_class(channel.kind).identity_kind,
            address=address,
            channel=channel,
        )
    return customer


@transaction.atomic
def update_customer(*, customer_id: int, actor: Actor, changes: Mapping[str, Any]) -> Customer:
    """Change fields of CHANGEABLE; the customer's newest ticket gets the event. Raises NotVisible, InvalidInput naming the field."""
    customer = lock_customer(customer_id)
    before = {field: getattr(customer, field) for field in changes if field in CHANGEABLE}
    _apply(customer, changes)
    changed = sorted(field.removesuffix("_id") for field in before if getattr(customer, field) != before[field])
    if changed:
        customer.save()
        # Before the newest ticket is taken: tickets are locked in the order of their keys.
        if not {"is_vip", "attributes"}.isdisjoint(changed):
            mark_customer(customer_id=customer.pk)
        tell_of_change(customer, actor, changed)
        customer_changed(customer_id=customer.pk, fields=changed)
    return customer


def lock_customer(customer_id: int) -> Customer:
    """The customer, locked against merges and other changes, not against his messages. Raises NotVisible for one who is gone."""
    locked = Customer.objects.select_for_update(no_key=True)
    customer = locked.filter(pk=customer_id, anonymized_at=None, merged_into=None).first()
    if customer is None:
        raise NotVisible("customer_not_found", _("There is no such customer."))
    return customer


def tell_of_change(customer: Customer, actor: Actor, changed: Sequence[str]) -> None:
    """Put ``customer.changed`` on the newest ticket: the log is of tickets, and one line is enough for those who follow it."""
    newest = Ticket.objects.filter(customer=customer).order_by("-pk").values_list("pk", flat=True).first()
    if newest is not None:
        data = {"customer": customer.pk, "fields": list(changed)}
        write_event(ticket=lock_ticket(newest), kind="customer.changed", actor=actor, data=data)


def _apply(customer: Customer, changes: Mapping[str, Any]) -> None:
    for field, value in changes.items():
        if field not in CHANGEABLE:
            raise InvalidInput(
                "unknown_field", _("“%(field)s” cannot be changed.") % {"field": field}, fields={field: "unknown"}
            )
        setattr(customer, field, clean_text(value) if isinstance(value, str) else value)
    if "name" in changes:
        customer.name = one_line(customer.name)[:200]
        customer.sort_name = fold_for_sorting(customer.name)[:200]
    _check_changed(customer, changes)
    if changes.get("external_id"):
        lock_external_id(customer.external_id)
    if (
        customer.external_id
        and Customer.objects.filter(external_id=customer.external_id).exclude(pk=customer.pk).exists()
    ):
        raise Conflict("external_id_taken", _("Another customer has this CRM id."), fields={"external_id": "taken"})


def lock_external_id(external_id: str) -> None:
    """Wait for whoever else is giving this very CRM id to somebody; until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"crm:{external_id}"])


def _check_changed(customer: Customer, changes: Mapping[str, Any]) -> None:
    changed = {field.removesuffix("_id") if field != "external_id" else field for field in changes}
    try:
        customer.clean_fields(exclude={f.name for f in Customer._meta.concrete_fields} - changed)
    except ValidationError as error:
        fields = {field: " ".join(messages) for field, messages in error.message_dict.items()}
        raise InvalidInput("invalid_value", " ".join(fields.values()), fields=fields) from None


@transaction.atomic
def add_identity(
    *,
    customer_id: int,
    actor: Actor,
    kind: str,
    address: str,
    channel: Channel | None = None,
    is_verified: bool = False,
) -> CustomerIdentity:
    """Give a customer one more address, normalised. Raises InvalidInput, NotVisible, or Conflict when somebody has it.

    Unless ``is_verified``, it is a claim: who writes from there is this customer only where nothing is given away by that.
    """
    stored = normalised(kind, address, channel=channel)
    if not stored:
        raise InvalidInput("invalid_address", _("This is no address of that kind."), fields={"address": "invalid"})
    lock_customer(customer_id)
    channel_id = None if kind in GLOBAL_KINDS else (channel.pk if channel else None)
    lock_address(kind, stored, channel_id)
    if find_identity(kind=kind, address=stored, channel_id=channel_id):
        raise Conflict("address_taken", _("A customer with this address exists already."), fields={"address": "taken"})
    return CustomerIdentity.objects.create(
        customer_id=customer_id,
        kind=kind,
        channel_id=channel_id,
        address=stored,
        address_raw=address.strip()[:320],
        is_verified=is_verified,
        is_claimed=not is_verified,
    )
