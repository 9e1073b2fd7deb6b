"""``/api/v1/quick-replies/``: prepared texts, filled in for a ticket, and taken out and in as files."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.accounts.api.viewsets import ResourceViewSet
from helpdesk.common.api.filters import ChoicesFilter, IdFilter
from helpdesk.common.api.serializers import IdField, InputSerializer
from helpdesk.common.api.views import ListRows, RetrieveRow
from helpdesk.common.errors import HelpdeskError, NotVisible
from tickets.models import Conversation, QuickReply, QuickReplyVariant, Scope, Ticket
from tickets.policies.reply_files import Entry
from tickets.selectors.rendered_replies import Reading, render_quick_reply
from tickets.services.actors import Actor
from tickets.services.quick_replies import (
    MOST_VARIANTS,
    GivenReply,
    GivenVariant,
    create_quick_reply,
    delete_quick_reply,
    update_quick_reply,
)
from tickets.services.reply_exchange import exported_quick_replies, import_quick_replies

LONGEST_FILE = 5 * 1024 * 1024
_KEYS = {"team": "team_id", "folder": "folder_id", "topics": "topic_ids", "quick_reply": "quick_reply_id"}


@contextmanager
def in_our_words() -> Iterator[None]:
    """Faults name the fields of the body, not those of the service."""
    names = {service: body for body, service in _KEYS.items()}
    try:
        yield
    except HelpdeskError as error:
        error.fields = {names.get(name, name): text for name, text in error.fields.items()}
        raise


def service_values(data: Mapping[str, Any]) -> dict[str, Any]:
    """The checked body in the words of the service."""
    return {_KEYS.get(name, name): value for name, value in data.items()}


class VariantRead(serializers.ModelSerializer):
    """Another wording. `is_stale`: the source was changed after it was written."""

    is_stale = serializers.SerializerMethodField()

    class Meta:
        model = QuickReplyVariant
        fields = ["id", "language", "channel_kind", "text", "is_stale", "updated_at"]
        read_only_fields = fields

    def get_is_stale(self, variant: QuickReplyVariant) -> bool:
        """Whether somebody should look at it."""
        return bool(variant.source_version < variant.quick_reply.version)


class QuickReplyRead(serializers.ModelSerializer):
    """`text` in `language` (empty: right in any) is the source. `use_count` counts answers that were sent with it."""

    folder = serializers.IntegerField(source="folder_id", allow_null=True)
    owner = serializers.IntegerField(source="owner_id", allow_null=True)
    team = serializers.IntegerField(source="team_id", allow_null=True)
    topics: serializers.PrimaryKeyRelatedField = serializers.PrimaryKeyRelatedField(many=True, read_only=True)
    variants = VariantRead(many=True)

    class Meta:
        model = QuickReply
        fields = [
            "id", "title", "shortcut", "scope", "owner", "team", "folder", "language", "text", "topics", "variants", "version",
            "is_active", "use_count", "last_used_at", "created_at", "updated_at",
        ]  # fmt: skip
        read_only_fields = fields


class VariantGiven(InputSerializer):
    """A wording for a language, a kind of channel, or both."""

    language = serializers.CharField(max_length=12, allow_blank=True, default="")
    channel_kind = serializers.CharField(max_length=32, allow_blank=True, default="")
    text = serializers.CharField(max_length=20_000)


class QuickReplyChange(InputSerializer):
    """What is given is changed; variants and topics are given as a whole. Variants whose source has another text then are stale."""

    title = serializers.CharField(max_length=120, required=False)
    shortcut = serializers.CharField(max_length=40, allow_blank=True, required=False)
    scope = serializers.ChoiceField(choices=Scope.choices, required=False)
    team = IdField(allow_null=True, required=False)
    folder = IdField(allow_null=True, required=False)
    language = serializers.CharField(max_length=12, allow_blank=True, required=False)
    text = serializers.CharField(max_length=20_000, required=False)
    topics = serializers.ListField(child=IdField(), max_length=100, required=False)
    variants = serializers.ListField(child=VariantGiven(), max_length=MOST_VARIANTS, required=False)
    is_active = serializers.BooleanField(required=False)


class QuickReplyCreate(QuickReplyChange):
    """A new one, your own unless `scope` says otherwise."""

    title = serializers.CharField(max_length=120)
    text = serializers.CharField(max_length=20_000)


class RenderGiven(InputSerializer):
    """For which ticket, and through which of its conversations (the ticket's channel otherwise)."""

    ticket = IdField()
    conversation = IdField(allow_null=True, required=False)


class RenderedRead(serializers.Serializer):
    """What the customer would read. `missing`: placeholders without a value, which the text shows as `{{ name }}`; an answer does not
    leave with them. `limit`: the most that the channel takes, where the text is longer."""

    text = serializers.CharField()
    missing = serializers.ListField(child=serializers.CharField())
    language = serializers.CharField(allow_blank=True)
    wanted_language = serializers.CharField(allow_blank=True)
    is_in_other_language = serializers.BooleanField()
    is_stale = serializers.BooleanField()
    is_too_long = serializers.BooleanField()
    limit = serializers.IntegerField(allow_null=True)
    length = serializers.IntegerField()


class ImportGiven(InputSerializer):
    """A file as the export writes it, JSON or CSV, as a text."""

    content = serializers.CharField(max_length=LONGEST_FILE, trim_whitespace=False)
    is_dry_run = serializers.BooleanField(default=True)


class FaultRead(serializers.Serializer):
    """What is wrong, and in which line (JSON: entry)."""

    line = serializers.IntegerField()
    message = serializers.CharField()


class ImportRead(serializers.Serializer):
    """What has come of a file, or would come of it."""

    is_dry_run = serializers.BooleanField()
    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    faults = FaultRead(many=True)


class ExportRead(serializers.Serializer):
    """All quick replies that you may see, as the import takes them."""

    format = serializers.IntegerField()
    quick_replies = serializers.ListField(child=serializers.DictField())


class QuickReplyFilters(filters.FilterSet):
    scope = ChoicesFilter(choices=Scope.choices)
    folder = IdFilter(field_name="folder_id")
    team = IdFilter(field_name="team_id")
    topic = IdFilter(field_name="topics")
    language = filters.CharFilter(max_length=12)
    is_active = filters.BooleanFilter()

    class Meta:
        model = QuickReply
        fields: tuple[str, ...] = ()


class QuickReplyViewSet(ListRows, RetrieveRow, ResourceViewSet):
    """Quick replies that you may use: your own, those of your teams, and what is shared."""

    queryset = QuickReply.objects.order_by()
    serializer_class = QuickReplyRead
    filterset_class = QuickReplyFilters
    orderings: ClassVar = {
        "title": ("title", "id"), "-title": ("-title", "-id"), "id": ("id",), "-id": ("-id",),
        "-use_count": ("-use_count", "id"),
    }  # fmt: skip
    permissions: ClassVar = {
        "list": ("tickets.view_quickreply",),
        "retrieve": ("tickets.view_quickreply",),
        "create": ("tickets.add_quickreply",),
        "partial_update": ("tickets.change_quickreply",),
        "destroy": ("tickets.delete_quickreply",),
        "render": ("tickets.view_quickreply",),
        "export": ("tickets.view_quickreply",),
        "import_file": ("tickets.add_quickreply",),
    }
    http_method_names = [*ResourceViewSet.http_method_names, "delete"]

    def get_queryset(self) -> QuerySet:
        rows: QuerySet = QuickReply.objects.visible_to(self.request.user)
        return rows.order_by().prefetch_related("variants__quick_reply", "topics")

    def search(self, queryset: QuerySet, query: str) -> QuerySet:
        """Part of the title, the shortcut or the text."""
        words = query.strip()[:100]
        return queryset.filter(Q(title__icontains=words) | Q(shortcut__icontains=words) | Q(text__icontains=words))

    @extend_schema(request=QuickReplyCreate, responses={201: QuickReplyRead})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Write a new one."""
        given = GivenReply(**_reply_values(self.read_input(QuickReplyCreate)))
        with in_our_words():
            quick_reply = create_quick_reply(given=given, actor=Actor.agent(self.caller))
        return Response(self._read(quick_reply.pk), status=201)

    @extend_schema(request=QuickReplyChange, responses=QuickReplyRead)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change what is given."""
        changes = _reply_values(self.read_input(QuickReplyChange))
        with in_our_words():
            quick_reply = update_quick_reply(
                quick_reply_id=self.get_row().pk, changes=changes, actor=Actor.agent(self.caller)
            )
        return Response(self._read(quick_reply.pk))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Delete it with its variants; 409 while a macro answers with it."""
        delete_quick_reply(quick_reply_id=self.get_row().pk, actor=Actor.agent(self.caller))
        return Response(status=204)

    @extend_schema(request=RenderGiven, responses=RenderedRead)
    @action(detail=True, methods=["post"])
    def render(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """As the customer of a ticket would read it. Nothing is stored or counted."""
        given = self.read_input(RenderGiven)
        ticket = ticket_of(request, given["ticket"])
        conversation = conversation_of(ticket, given.get("conversation"))
        reading = Reading(ticket=ticket, conversation=conversation, agent=self.caller)
        return Response(RenderedRead(render_quick_reply(self.get_row(), reading)).data)

    @extend_schema(responses=ExportRead, filters=False)
    @action(detail=False, methods=["get"])
    def export(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """All that you may see, as the import takes it."""
        rows = [_entry_json(entry) for entry in exported_quick_replies(self.caller)]
        return Response({"format": 1, "quick_replies": rows})

    @extend_schema(request=ImportGiven, responses=ImportRead)
    @action(detail=False, methods=["post"], url_path="import")
    def import_file(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """File the entries of a file; known again by scope, folder and title. Entries at fault are left out and told."""
        given = self.read_input(ImportGiven)
        report = import_quick_replies(
            content=given["content"].encode(), actor=Actor.agent(self.caller), is_dry_run=given["is_dry_run"]
        )
        return Response(
            {
                "is_dry_run": given["is_dry_run"],
                "created": report.created,
                "updated": report.updated,
                "unchanged": report.unchanged,
                "faults": [vars(fault) for fault in report.faults],
            }
        )

    def _read(self, pk: int) -> Any:
        return QuickReplyRead(QuickReply.objects.prefetch_related("variants__quick_reply", "topics").get(pk=pk)).data


def _reply_values(data: Mapping[str, Any]) -> dict[str, Any]:
    values = service_values(data)
    if "variants" in values:
        values["variants"] = tuple(GivenVariant(**variant) for variant in values["variants"])
    return values


def _entry_json(entry: Entry) -> dict[str, Any]:
    own = {name: value for name, value in vars(entry).items() if name not in ("line", "variants", "topics")}
    return own | {"topics": list(entry.topics), "variants": [dict(vars(variant)) for variant in entry.variants]}


def ticket_of(request: Request, pk: int) -> Ticket:
    """The ticket that a body names. Raises NotVisible."""
    seen = Ticket.objects.visible_to(request.user).select_related("customer__organization", "channel__brand")
    ticket = seen.filter(pk=pk).first()
    if ticket is None:
        raise NotVisible("not_found", _("There is no such ticket."), fields={"ticket": "not found"})
    found: Ticket = ticket
    return found


def conversation_of(ticket: Ticket, pk: int | None) -> Conversation | None:
    """The ticket's conversation that a body names. Raises NotVisible."""
    if pk is None:
        return None
    own = Q(active_ticket=ticket.pk) | Q(messages__ticket=ticket.pk)
    related = Conversation.objects.select_related("channel__brand", "identity", "customer")
    conversation = related.filter(own, pk=pk).first()
    if conversation is None:
        raise NotVisible("not_found", _("There is no such conversation."), fields={"conversation": "not found"})
    found: Conversation = conversation
    return found
