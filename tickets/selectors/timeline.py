"""What the workspace shows of one ticket: the ticket itself, its messages and events, its conversations."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BigIntegerField, Case, CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, When
from django.db.models import Value as Literal
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce, Concat, JSONObject, Left, Length, Trim

from helpdesk.accounts.models import User
from tickets.models import (
    Attachment,
    Conversation,
    Draft,
    InformationRequest,
    Message,
    MessageRecipient,
    SLATimer,
    Tag,
    Team,
    Ticket,
    TicketEvent,
)
from tickets.models.message import UNSHOWN
from tickets.models.ticket import OPEN_STATUSES
from tickets.selectors.headings import first_words
from tickets.selectors.inbox import Cursor, is_late_now, site_time_zone

PAGE_SIZE = 50
EVENTS_CAP = 200
# A message longer than this is cut on the timeline; the whole of it is one click away.
SHOWN_CHARACTERS = 6000

# Kinds whose event says nothing that the message's bubble does not say itself, or that belongs to figures alone.
BUBBLE_KINDS = (
    "message.received", "message.changed", "ticket.replied", "ticket.noted", "message.queued", "message.cancelled",
    "message.delivery_changed", "message.echoed", "review.received", "work.recorded",
    "survey.received",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """Messages by (sort_at, id) and the events among them, both rising. ``older`` leads to what came before."""

    messages: Sequence[Message]
    events: Sequence[TicketEvent]
    older: Cursor | None = None


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What happened behind an event sequence. ``sequence`` is where to ask next."""

    messages: Sequence[Message]
    events: Sequence[TicketEvent]
    sequence: int
    has_more: bool


def workspace_tickets(user: Any) -> QuerySet[Ticket]:
    """Tickets with all that the workspace prints of them, drafts of ``user`` included; one statement a ticket.

    Adds ``is_late``, ``tag_list`` ([{"name", "color"}]), ``draft_list`` ([{"kind", "text"}]), ``missing_list`` ([{"id", "kind"}]),
    ``clock_list`` (unfinished time limits, the next one first: [{"metric", "due_at", "remaining"}]),
    ``is_redirected`` (it was moved from public to private), ``first_words`` (selectors/headings.py) and ``site_zone``.
    """
    tags = Tag.objects.filter(tickets=OuterRef("pk")).order_by("name")
    drafts = Draft.objects.filter(ticket=OuterRef("pk"), agent=user.pk)
    missing = InformationRequest.objects.filter(ticket=OuterRef("pk"), state="asked").order_by("pk")
    unfinished = Q(state__in=("running", "paused")) | Q(state="breached", met_at=None, cancelled_at=None)
    clocks = SLATimer.objects.filter(unfinished, ticket=OuterRef("pk")).order_by(F("due_at").asc(nulls_last=True), "pk")
    redirected = TicketEvent.objects.filter(ticket=OuterRef("pk"), kind="ticket.redirected")
    is_late = Q(status__in=OPEN_STATUSES) & is_late_now()
    return (
        Ticket.objects.visible_to(user)
        .select_related("customer__organization", "channel", "assignee", "team", "topic", "follow_up_of", "merged_into")
        .annotate(
            is_late=Case(When(is_late, then=Literal(True)), default=Literal(False)),
            tag_list=ArraySubquery(tags.values(json=JSONObject(name=F("name"), color=F("color")))),
            draft_list=ArraySubquery(drafts.values(json=JSONObject(kind=F("kind"), text=F("text")))),
            missing_list=ArraySubquery(missing.values(json=JSONObject(id=F("pk"), kind=F("kind")))),
            clock_list=ArraySubquery(
                clocks.values(json=JSONObject(metric=F("metric"), due_at=F("due_at"), remaining=F("remaining_seconds")))
            ),
            is_redirected=Exists(redirected),
            first_words=first_words(),
            site_zone=site_time_zone(),
        )
    )


def read_timeline(*, ticket_id: int, before: Cursor | None = None, size: int = PAGE_SIZE) -> Timeline:
    """The newest page of a ticket's timeline, or the page before ``before``. Four statements."""
    messages = _bubbles(Message.objects.filter(ticket=ticket_id))
    events = _lines(TicketEvent.objects.filter(ticket=ticket_id).exclude(kind__in=BUBBLE_KINDS))
    if before is not None:
        border = Q(sort_at__lt=before.at) | Q(pk__lt=before.pk)
        messages = messages.filter(Q(sort_at__lte=before.at) & border)
        events = events.filter(at__lt=before.at)
    found = list(messages.order_by("-sort_at", "-pk")[: size + 1])
    shown = found[:size][::-1]
    older = Cursor(at=shown[0].sort_at, pk=shown[0].pk) if len(found) > size else None
    if older is not None:
        events = events.filter(at__gte=older.at)
    return Timeline(messages=shown, events=list(events.order_by("-sequence")[:EVENTS_CAP])[::-1], older=older)


def read_changes(*, ticket_id: int, after: int) -> Changes:
    """What happened behind the event ``after``: new and changed messages, and events. Up to four statements."""
    found = list(
        _lines(TicketEvent.objects.filter(ticket=ticket_id, sequence__gt=after)).order_by("sequence")[: EVENTS_CAP + 1]
    )
    events = found[:EVENTS_CAP]
    ids = {event.data["message"] for event in events if isinstance(event.data.get("message"), int)}
    for event in events:
        if event.kind == "messages.taken":
            ids |= set(event.data["messages"])
    messages = _bubbles(Message.objects.filter(ticket=ticket_id, pk__in=ids)).order_by("sort_at", "pk") if ids else []
    return Changes(
        messages=list(messages),
        events=events,
        sequence=events[-1].sequence if events else after,
        has_more=len(found) > EVENTS_CAP,
    )


def conversations_of(*, ticket_id: int) -> list[Conversation]:
    """The conversations that a reply can go through, the one where the customer wrote last first. One statement.

    A public one comes behind the private one to which it was moved.

    Adds ``copies``: the addresses that an agent's newest message there was copied to ([str]).
    """
    written_in = Message.objects.filter(ticket=ticket_id).values("conversation")
    ours = Message.objects.filter(conversation=OuterRef(OuterRef("pk")), author=Message.Author.AGENT)
    newest = ours.exclude(delivery_state=Message.DeliveryState.CANCELLED).order_by("-pk").values("pk")[:1]
    copies = (
        MessageRecipient.objects.filter(message=Subquery(newest), role=MessageRecipient.Role.CC)
        .order_by("pk")
        .values("address")
    )
    went_on = Conversation.objects.filter(redirected_from=OuterRef("pk"), active_ticket=ticket_id)
    return list(
        Conversation.objects.filter(Q(active_ticket=ticket_id) | Q(pk__in=written_in))
        .select_related("channel", "identity", "customer")
        .annotate(copies=ArraySubquery(copies), is_left=Exists(went_on))
        .order_by("is_left", F("last_customer_message_at").desc(nulls_last=True), "-pk")
    )


def _bubbles(messages: QuerySet[Message]) -> QuerySet[Message]:
    """Messages with what a bubble prints and nothing heavy: the text is cut, the HTML stays in the database.

    Adds ``shown_text``, ``is_cut`` and ``has_whole`` (there is more to see than what is shown).
    """
    said = Case(When(reply_text="", then=F("text")), default=F("reply_text"))
    is_cut = Q(said_length__gt=SHOWN_CHARACTERS)
    # Of our own messages only the signature is left out, which is nothing to look for.
    has_whole = is_cut | ~Q(html="") | (Q(direction="in") & ~Q(reply_text="") & ~Q(reply_text=F("text")))
    return (
        messages.exclude(purpose=UNSHOWN)
        .select_related("author_agent", "author_identity__customer", "channel")
        .prefetch_related("attachments", "recipients")
        .annotate(said_length=Length(said), shown_text=Left(said, SHOWN_CHARACTERS))
        .annotate(
            is_cut=Case(When(is_cut, then=Literal(True)), default=Literal(False)),
            has_whole=Case(When(has_whole, then=Literal(True)), default=Literal(False)),
        )
        .only(
            "ticket_id", "conversation_id", "part_of", "direction", "kind", "author", "purpose", "contact_number", "subject",
            "flags", "details", "reactions", "inbound_event_id",
            "is_auto_reply", "sort_at", "received_at", "language", "sentiment", "sentiment_confidence", "visibility",
            "edited_at", "deleted_at",
            "delivery_state", "next_try_at", "attempts", "send_after", "sent_at", "error_code", "error",
            "author_agent__first_name", "author_agent__last_name", "author_agent__username",
            "author_identity__address", "author_identity__address_raw", "author_identity__display_name",
            "author_identity__kind", "author_identity__customer__name", "channel__name", "channel__kind",
        )
    )  # fmt: skip


def _lines(events: QuerySet[TicketEvent]) -> QuerySet[TicketEvent]:
    """Events with the names behind their ids: ``assignee_name``, ``team_name``, ``other_number``."""

    def named(key: str) -> Cast:
        return Cast(OuterRef(key), BigIntegerField())

    full_name = Case(
        When(~Q(first_name="") | ~Q(last_name=""), then=_joined_name()), default=F("username"), output_field=CharField()
    )
    return (
        events.select_related("actor")
        .annotate(
            to_assignee=KT("data__to_assignee"),
            to_team=KT("data__to_team"),
            other=Coalesce(KT("data__into"), KT("data__other"), KT("data__follow_up_of"), KT("data__split_from")),
        )
        .annotate(
            assignee_name=Subquery(User.objects.filter(pk=named("to_assignee")).values(name=full_name)),
            team_name=Subquery(Team.objects.filter(pk=named("to_team")).values("name")),
            other_number=Subquery(Ticket.objects.filter(pk=named("other")).values("number")),
        )
    )


def _joined_name() -> Any:
    return Trim(Concat(F("first_name"), Literal(" "), F("last_name")))


def attachment_of(*, ticket_id: int, uuid: Any) -> Attachment | None:
    """A file of the ticket's messages."""
    return Attachment.objects.filter(message__ticket=ticket_id, uuid=uuid).select_related("message").first()
