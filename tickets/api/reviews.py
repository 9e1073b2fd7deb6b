"""``/api/v1/reviews/``: what authors gave and said in public, and what became of our answers."""

from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django_filters import rest_framework as filters
from rest_framework import serializers

from helpdesk.accounts.api.viewsets import ResourceViewSet
from helpdesk.common.api.filters import ChoicesFilter, IdFilter
from helpdesk.common.api.views import ListRows, RetrieveRow
from tickets.api.serializers import ChannelOfTicketRead
from tickets.api.tickets import VIEW
from tickets.models import Review
from tickets.selectors.search import find_messages


class EarlierVersionRead(serializers.Serializer):
    """A review as it stood before its author changed it."""

    at = serializers.DateTimeField()
    rating = serializers.FloatField(allow_null=True)
    scale = serializers.IntegerField()
    title = serializers.CharField(allow_blank=True)
    text = serializers.CharField(allow_blank=True)


class ReviewRead(serializers.Serializer):
    """A review as it stands now. `stars` is the rating on one to five; `history` holds earlier versions, oldest first."""

    id = serializers.IntegerField()
    channel = ChannelOfTicketRead()
    ticket = serializers.IntegerField()
    conversation = serializers.IntegerField()
    message = serializers.IntegerField()
    customer = serializers.IntegerField()
    author = serializers.CharField(allow_blank=True)
    external_id = serializers.CharField()
    rating = serializers.FloatField(allow_null=True)
    scale = serializers.IntegerField()
    stars = serializers.FloatField(allow_null=True)
    title = serializers.CharField(allow_blank=True)
    text = serializers.CharField(allow_blank=True)
    language = serializers.CharField(allow_blank=True)
    url = serializers.CharField(allow_blank=True)
    posted_at = serializers.DateTimeField()
    edited_at = serializers.DateTimeField(allow_null=True)
    deleted_at = serializers.DateTimeField(allow_null=True)
    reply_state = serializers.ChoiceField(choices=Review.ReplyState.choices)
    reply_text = serializers.CharField(allow_blank=True)
    is_reply_foreign = serializers.BooleanField()
    replied_at = serializers.DateTimeField(allow_null=True)
    history = EarlierVersionRead(many=True)


class ReviewFilters(filters.FilterSet):
    channel = IdFilter(field_name="channel_id")
    channel_kind = filters.CharFilter(field_name="channel__kind", max_length=32)
    ticket = IdFilter(field_name="message__ticket_id")
    customer = IdFilter(field_name="message__ticket__customer_id")
    reply_state = ChoicesFilter(choices=Review.ReplyState.choices)
    min_stars = filters.NumberFilter(field_name="stars", lookup_expr="gte", min_value=1, max_value=5)
    max_stars = filters.NumberFilter(field_name="stars", lookup_expr="lte", min_value=1, max_value=5)
    is_deleted = filters.BooleanFilter(field_name="deleted_at", lookup_expr="isnull", exclude=True)
    is_edited = filters.BooleanFilter(field_name="edited_at", lookup_expr="isnull", exclude=True)
    posted_after = filters.IsoDateTimeFilter(field_name="posted_at", lookup_expr="gte")
    posted_before = filters.IsoDateTimeFilter(field_name="posted_at", lookup_expr="lt")

    class Meta:
        model = Review
        fields: tuple[str, ...] = ()


class ReviewViewSet(ListRows, RetrieveRow, ResourceViewSet):
    """Reviews on tickets that you may see. They are answered like every ticket, with `is_public`."""

    queryset = Review.objects.all()
    serializer_class = ReviewRead
    filterset_class = ReviewFilters
    orderings: ClassVar = {
        "-posted_at": ("-posted_at", "-id"),
        "posted_at": ("posted_at", "id"),
        "stars": ("stars", "-id"),
    }
    permissions: ClassVar = {"list": VIEW, "retrieve": VIEW}

    def get_queryset(self) -> QuerySet:
        rows: QuerySet = Review.objects.visible_to(self.request.user).select_related(
            "channel", "message__ticket", "message__author_identity"
        )
        return rows

    def represent(self, rows: list[Any]) -> list[Any]:
        return [_review_shape(row) for row in rows]

    def search(self, queryset: QuerySet, query: str) -> QuerySet:
        """Reviews that hold all these words."""
        return queryset.filter(Q(message_id__in=find_messages(query)))


def _review_shape(review: Review) -> dict[str, Any]:
    message, channel = review.message, review.channel
    author = message.author_identity
    own = (
        "id", "external_id", "rating", "scale", "stars", "title", "url", "posted_at", "edited_at", "deleted_at", "reply_state",
        "reply_text", "is_reply_foreign", "replied_at", "history",
    )  # fmt: skip
    return {name: getattr(review, name) for name in own} | {
        "channel": {"id": channel.pk, "slug": channel.slug, "kind": channel.kind, "name": channel.name},
        "ticket": message.ticket_id,
        "conversation": message.conversation_id,
        "message": message.pk,
        "customer": message.ticket.customer_id,
        "author": author.display_name if author is not None else "",
        "text": message.text,
        "language": message.language,
    }
