"""What the workspace says of a review before somebody answers it."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from channels_app.adapters.base import Can
from channels_app.registry import adapter_class
from helpdesk.common.errors import InvalidInput
from tickets.models import Conversation, Review

THREAD_PREFIX = "review:"


@dataclass(frozen=True, kw_only=True)
class ReviewNotice:
    """``text`` for whoever is about to answer; ``url`` of the review at its site, "" where it has none."""

    text: str
    url: str
    can_answer: bool


def review_notice(conversation: Conversation) -> ReviewNotice | None:
    """How the review of a conversation is answered, or None where it is none. At most one query."""
    if not conversation.external_thread_id.startswith(THREAD_PREFIX):
        return None
    review = (
        Review.objects.filter(message__conversation=conversation.pk)
        .only("url", "reply_state", "reply_text", "deleted_at", "channel_id")
        .first()
    )
    if review is None:
        return None
    try:
        can_answer = {Can.SEND, Can.PUBLIC} <= set(adapter_class(conversation.channel.kind).can)
    except InvalidInput:
        can_answer = False
    if not can_answer:
        text = _("This site takes no answers from here. Answer there; the ticket shows it when the site tells us.")
    elif review.deleted_at is not None:
        text = _("The author has deleted this review: an answer will probably be refused.")
    elif review.reply_text or review.reply_state != Review.ReplyState.NONE:
        text = _("A review has one answer: what you send takes the place of the one that stands there.")
    else:
        text = _("A review has one answer. You can change it later by sending another.")
    return ReviewNotice(text=text, url=review.url, can_answer=can_answer)
