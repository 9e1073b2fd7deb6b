"""``/api/v1/tickets/``: the cases and everything that can be done with one."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import Case, IntegerField, QuerySet, When
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from channels_app.adapters.base import Choice, TemplateUse
from helpdesk.accounts.api.viewsets import ResourceViewSet
from helpdesk.common.api.etags import check_if_match, etag_of, is_unchanged
from helpdesk.common.api.serializers import NoInput
from helpdesk.common.api.views import ListRows
from tickets.api.clock_shapes import clocks_of
from tickets.api.filters import TicketFilters
from tickets.api.lookups import require_customer, require_team, require_visible
from tickets.api.message_serializers import MessageDetailRead
from tickets.api.message_shapes import read_message
from tickets.api.serializers import (
    TicketAssign,
    TicketChange,
    TicketMerge,
    TicketMoveToPrivate,
    TicketNote,
    TicketOpen,
    TicketRead,
    TicketReply,
    TicketSnooze,
    TicketSplit,
    TicketTags,
    TicketUndo,
)
from tickets.api.shapes import shows_teams, ticket_rows, ticket_shape, tickets_url
from tickets.models import Conversation, Ticket
from tickets.policies.hand_over import HandOver
from tickets.selectors.search import find_tickets
from tickets.services import assignment, lifecycle, merging, moving, redirects, snoozing, splitting
from tickets.services.actors import Actor
from tickets.services.opening import open_ticket
from tickets.services.replies import add_note, reply_to_ticket
from tickets.services.topics import choose_topic
from tickets.services.uploads import files_of_receipts

VIEW = ("tickets.view_ticket", "tickets.view_every_ticket", "tickets.view_public_posts")
CHANGE = ("tickets.change_ticket",)
REPLY = ("tickets.reply_ticket",)
MERGE = ("tickets.merge_ticket",)


def _template_use(data: Mapping[str, Any] | None) -> TemplateUse | None:
    return TemplateUse(name=data["name"], language=data["language"], variables=data["variables"]) if data else None


class TicketViewSet(ListRows, ResourceViewSet):
    """Cases. Every verb takes `If-Match` and answers the ticket as it is then, with its `ETag`."""

    queryset = Ticket.objects.all()
    serializer_class = TicketRead
    filterset_class = TicketFilters
    orderings: ClassVar = {
        "-last_message_at": ("-last_message_at", "-id"),
        "last_message_at": ("last_message_at", "id"),
        "-opened_at": ("-opened_at", "-id"),
        "opened_at": ("opened_at", "id"),
        "next_due_at": ("next_due_at", "id"),
        "-number": ("-number", "-id"),
        "number": ("number", "id"),
    }
    permissions: ClassVar = {
        "list": VIEW,
        "retrieve": VIEW,
        "create": ("tickets.add_ticket",),
        "partial_update": CHANGE,
        "reply": REPLY,
        "note": REPLY,
        "assign": ("tickets.assign_ticket",),
        "pending": CHANGE,
        "hold": CHANGE,
        "resolve": CHANGE,
        "reopen": CHANGE,
        "snooze": CHANGE,
        "spam": MERGE,
        "merge": MERGE,
        "split": MERGE,
        "move_to_private": REPLY,
        "tags": CHANGE,
    }

    def get_queryset(self) -> QuerySet:
        rows: QuerySet = ticket_rows().visible_to(self.request.user)
        # Without a time limit a ticket has no place in that order.
        by_due = self.request.query_params.get("ordering") == "next_due_at"
        return rows.filter(next_due_at__isnull=False) if by_due else rows

    def represent(self, rows: list[Any]) -> list[Any]:
        url, with_team = tickets_url(), shows_teams(self.request.user)
        clocks = clocks_of(rows)
        return [ticket_shape(row, url=url, shows_team=with_team, clocks=clocks.get(row["id"])) for row in rows]

    def search(self, queryset: QuerySet, query: str) -> QuerySet:
        """A ticket's number, an address, a name, or words of its messages; what matches exactly comes first."""
        found = find_tickets(query)
        queryset = queryset.filter(pk__in=found.all)
        if "ordering" in self.request.query_params or not found.exact:
            return queryset
        is_exact = Case(When(pk__in=found.exact, then=1), default=0, output_field=IntegerField())
        return queryset.annotate(is_exact=is_exact).order_by("-is_exact", "-last_message_at", "-id")

    @extend_schema(responses={200: TicketRead, 304: None})
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One ticket with its `ETag`; 304 when `If-None-Match` names it."""
        row = self.get_row()
        headers = {"ETag": etag_of(row["version"])}
        if is_unchanged(request, row["version"]):
            return Response(status=304, headers=headers)
        return Response(self.represent([row])[0], headers=headers)

    @extend_schema(request=TicketOpen, responses={201: TicketRead})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Open a ticket for a customer on a channel and send him the text."""
        data = self.read_input(TicketOpen)
        require_customer(request.user, data.get("customer"))
        require_team(request.user, data["team"])
        ticket = open_ticket(
            channel_id=data["channel"],
            subject=data["subject"],
            text=data["text"],
            actor=Actor.agent(self.caller),
            customer_id=data.get("customer"),
            address=data["address"],
            name=data["name"],
            cc=data["cc"],
            attachments=files_of_receipts(receipts=data["attachments"], user=self.caller),
            team_id=data["team"],
            undo_seconds=data["undo_seconds"],
            template=_template_use(data["template"]),
        )
        return self._answer(ticket.pk, status=201)

    @extend_schema(request=TicketChange, responses=TicketRead)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change subject, priority or topic."""
        data = self.read_input(TicketChange)
        pk, expected = self._visible()
        actor = Actor.agent(self.caller)
        with transaction.atomic():
            if "subject" in data:
                assignment.change_subject(ticket_id=pk, actor=actor, subject=data["subject"], expected_version=expected)
                expected = None
            if "priority" in data:
                assignment.change_priority(
                    ticket_id=pk, actor=actor, priority=data["priority"], expected_version=expected
                )
                expected = None
            if "topic" in data:
                choose_topic(ticket_id=pk, topic_id=data["topic"], actor=actor, expected_version=expected)
        return self._answer(pk)

    @extend_schema(request=TicketReply, responses={201: MessageDetailRead})
    @action(detail=True, methods=["post"])
    def reply(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Send the customer an answer; the message is queued when this returns."""
        data = self.read_input(TicketReply)
        pk, expected = self._visible()
        message = reply_to_ticket(
            ticket_id=pk,
            actor=Actor.agent(self.caller),
            text=data["text"],
            conversation_id=data.get("conversation"),
            cc=data["cc"],
            attachments=files_of_receipts(receipts=data["attachments"], user=self.caller),
            seen_sequence=data["seen_sequence"],
            status_after=data.get("status_after", ""),
            undo_seconds=data["undo_seconds"],
            expected_version=expected,
            template=_template_use(data["template"]),
            choices=[Choice(**choice) for choice in data["choices"]],
            asks_for=data["asks_for"],
            is_public=data["visibility"] == Conversation.Visibility.PUBLIC,
        )
        return Response(read_message(message.pk), status=201)

    @extend_schema(request=TicketNote, responses={201: MessageDetailRead})
    @action(detail=True, methods=["post"])
    def note(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Write an internal note."""
        data = self.read_input(TicketNote)
        pk, _expected = self._visible()
        files = files_of_receipts(receipts=data["attachments"], user=self.caller)
        message = add_note(ticket_id=pk, actor=Actor.agent(self.caller), text=data["text"], attachments=files)
        return Response(read_message(message.pk), status=201)

    @extend_schema(request=TicketAssign, responses=TicketRead)
    @action(detail=True, methods=["post"])
    def assign(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Give it to a person, a team, both or nobody."""
        data = self.read_input(TicketAssign)
        if not data.keys() & {"assignee", "team"}:
            raise ValidationError(_("Name an assignee, a team or both."))
        require_team(request.user, data.get("team"))
        return self._change(
            assignment.assign_ticket,
            assignee_id=data.get("assignee", assignment.UNCHANGED),
            team_id=data.get("team", assignment.UNCHANGED),
            hand_over=HandOver(**data["hand_over"]) if "hand_over" in data else None,
        )

    @extend_schema(request=NoInput, responses=TicketRead)
    @action(detail=True, methods=["post"])
    def pending(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Wait for the customer."""
        return self._change_without_input(lifecycle.set_pending)

    @extend_schema(request=NoInput, responses=TicketRead)
    @action(detail=True, methods=["post"])
    def hold(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Wait for somebody else."""
        return self._change_without_input(lifecycle.put_on_hold)

    @extend_schema(request=NoInput, responses=TicketRead)
    @action(detail=True, methods=["post"])
    def resolve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Resolve it; 409 `already_resolved` when it is."""
        return self._change_without_input(lifecycle.resolve_ticket)

    @extend_schema(request=NoInput, responses=TicketRead)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Work on it again."""
        return self._change_without_input(lifecycle.reopen_ticket)

    @extend_schema(request=TicketSnooze, responses=TicketRead)
    @action(detail=True, methods=["post"])
    def snooze(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Put it aside until a time; `until` null takes it back."""
        data = self.read_input(TicketSnooze)
        if data["until"] is None:
            return self._change(snoozing.wake_ticket)
        return self._change(snoozing.snooze_ticket, until=data["until"])

    @extend_schema(request=TicketUndo, responses=TicketRead)
    @action(detail=True, methods=["post"])
    def spam(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Close it as spam, or take that back with `undo`."""
        data = self.read_input(TicketUndo)
        return self._change(lifecycle.unmark_spam if data["undo"] else lifecycle.mark_spam)

    @extend_schema(request=TicketMerge, responses=TicketRead)
    @action(detail=True, methods=["post"])
    def merge(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Move everything into another ticket, which is answered; or take that back with `undo`."""
        data = self.read_input(TicketMerge)
        if data["undo"] == ("into" in data):
            raise ValidationError({"into": _("Give either the other ticket or undo.")})
        pk, _expected = self._visible()
        actor = Actor.agent(self.caller)
        if data["undo"]:
            winner = Ticket.objects.filter(pk=pk).values_list("merged_into_id", flat=True).first()
            if winner is not None:
                require_visible(Ticket.objects.visible_to(request.user), winner, field="undo")
            return self._answer(merging.unmerge_ticket(ticket_id=pk, actor=actor).pk)
        require_visible(Ticket.objects.visible_to(request.user), data["into"], field="into")
        return self._answer(merging.merge_tickets(ticket_id=pk, into_ticket_id=data["into"], actor=actor).pk)

    @extend_schema(request=TicketSplit, responses={201: TicketRead})
    @action(detail=True, methods=["post"])
    def split(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Make a new ticket of some messages, which is answered; or take that back with `undo` on the new ticket."""
        data = self.read_input(TicketSplit)
        if data["undo"] == ("messages" in data):
            raise ValidationError({"messages": _("Give either the messages or undo.")})
        pk, expected = self._visible()
        actor = Actor.agent(self.caller)
        if data["undo"]:
            origin, sequence = splitting.split_behind(pk)
            require_visible(Ticket.objects.visible_to(request.user), origin, field="undo")
            return self._answer(moving.undo_move(ticket_id=origin, sequence=sequence, actor=actor).pk)
        made = splitting.split_ticket(
            ticket_id=pk,
            message_ids=data["messages"],
            subject=data["subject"],
            actor=actor,
            expected_version=expected,
        )
        return self._answer(made.pk, status=201)

    @extend_schema(request=TicketMoveToPrivate, responses=TicketRead)
    @action(detail=True, methods=["post"], url_path="move-to-private")
    def move_to_private(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Thank in public and go on in private: by the provider's private answer, on a channel, or behind a link."""
        data = self.read_input(TicketMoveToPrivate)
        pk, expected = self._visible()
        redirects.move_to_private(
            ticket_id=pk,
            actor=Actor.agent(self.caller),
            text=data["text"],
            private_text=data["private_text"],
            conversation_id=data.get("conversation"),
            channel_id=data.get("channel"),
            undo_seconds=data["undo_seconds"],
            expected_version=expected,
        )
        return self._answer(pk)

    @extend_schema(request=TicketTags, responses=TicketRead)
    @action(detail=True, methods=["post"])
    def tags(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Add and remove tags by name; new names become tags."""
        data = self.read_input(TicketTags)
        return self._change(assignment.change_tags, add=data["add"], remove=data["remove"])

    def _change_without_input(self, service: Callable[..., Ticket]) -> Response:
        self.read_input(NoInput)
        return self._change(service)

    def _change(self, service: Callable[..., Ticket], **values: Any) -> Response:
        pk, expected = self._visible()
        service(ticket_id=pk, actor=Actor.agent(self.caller), expected_version=expected, **values)
        return self._answer(pk)

    def _visible(self) -> tuple[int, int | None]:
        """The id of the addressed ticket and the version it must have. Raises Http404, Stale."""
        tickets = Ticket.objects.visible_to(self.request.user).filter(pk=self.kwargs["pk"])
        row = tickets.values_list("pk", "version").first()
        if row is None:
            raise Http404
        return row[0], check_if_match(self.request, row[1])

    def _answer(self, pk: int, *, status: int = 200) -> Response:
        # Without ``visible_to``: whoever gives a ticket away still gets the answer to what he did.
        row = ticket_rows().get(pk=pk)
        headers = {"ETag": etag_of(row["version"])}
        if status == 201:
            headers["Location"] = reverse("api:tickets-detail", args=[pk])
        return Response(self.represent([row])[0], status=status, headers=headers)
