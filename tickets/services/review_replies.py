"""Our public answers to reviews: what became of them, and answers that somebody wrote at the site itself."""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from channels_app.adapters.base import ReviewReceived
from helpdesk.common.clock import now
from helpdesk.common.text import clean_text
from tickets.models import Conversation, Message, Review
from tickets.services.changes import TicketChange
from tickets.services.search import index_messages

State = Message.DeliveryState
# The purpose of a message that was written at the site and not here.
ELSEWHERE = "elsewhere"
# A page that was read before our answer stood there may be processed after it.
_SITE_LAGS = timedelta(minutes=15)
_UNDER_WAY = (State.QUEUED, State.SENDING, State.UNKNOWN)


def refresh_review_of(message: Message) -> None:
    """Bring a review's ``reply_state`` in line after ``message`` was queued, sent, taken back or failed.

    Call inside the transaction of that change, the ticket locked; messages that answer no review cost at most one query.
    """
    is_public_answer = (message.direction, message.visibility) == (
        Message.Direction.OUT,
        Conversation.Visibility.PUBLIC,
    )
    if not is_public_answer or message.conversation_id is None:
        return
    review = (
        Review.objects.select_for_update(of=("self",)).filter(message__conversation_id=message.conversation_id).first()
    )
    if review is not None and refresh_reply_state(review, conversation_id=message.conversation_id):
        review.save(update_fields=["reply_state", "reply_text", "replied_at", "is_reply_foreign"])


def refresh_reply_state(review: Review, *, conversation_id: int) -> bool:
    """Set what our newest public answer says of the review (not saved); True when anything changed."""
    before = (review.reply_state, review.reply_text, review.replied_at, review.is_reply_foreign)
    newest = _answers(conversation_id).first()
    if newest is None:
        review.reply_state = Review.ReplyState.NONE
    elif newest.delivery_state in _UNDER_WAY:
        review.reply_state = Review.ReplyState.QUEUED
    elif newest.delivery_state == State.FAILED:
        review.reply_state = Review.ReplyState.FAILED
    else:
        review.replied_at = newest.sent_at or newest.sort_at
        review.reply_text = newest.text
        review.is_reply_foreign = newest.purpose == ELSEWHERE
        is_older = review.edited_at is not None and review.replied_at < review.edited_at
        review.reply_state = Review.ReplyState.OUTDATED if is_older else Review.ReplyState.PUBLISHED
    return before != (review.reply_state, review.reply_text, review.replied_at, review.is_reply_foreign)


def _answers(conversation_id: int) -> QuerySet[Message]:
    return (
        Message.objects.filter(
            conversation_id=conversation_id,
            direction=Message.Direction.OUT,
            visibility=Conversation.Visibility.PUBLIC,
            part_of=None,
            deleted_at=None,
        )
        .exclude(delivery_state=State.CANCELLED)
        .order_by("-id")
    )


def take_over_reply(
    change: TicketChange, review: Review, item: ReviewReceived, *, conversation: Conversation, seen_at: datetime
) -> bool:
    """Match the answer that stands at the site with ours, or keep it as written elsewhere; True when anything changed.

    ``seen_at``: when the site was read. An answer that is gone from the site is gone here; providers that say nothing of
    answers (no ``has_reply`` in the details) change nothing.
    """
    reply = clean_text(item.reply).strip()
    if not reply:
        return item.details.get("has_reply") is False and _forget_reply(change, review, conversation, seen_at)
    matched = next((answer for answer in _answers(conversation.pk)[:50] if _same(answer.text, reply)), None)
    if matched is not None:
        return _confirm(change, matched)
    written = _answers(conversation.pk).first()
    if written is not None and written.purpose != ELSEWHERE and written.delivery_state in _UNDER_WAY:
        return False  # what stands there is about to be replaced by ours
    if written is not None and written.purpose == ELSEWHERE:
        written.text = written.reply_text = reply
        written.edited_at = now()
        written.save(update_fields=["text", "reply_text", "edited_at"])
        change.tell("message.changed", {"message": written.pk, "change": "edited"})
    else:
        written = _write_elsewhere(change, item, conversation, reply, seen_at)
        change.tell("review.answered_elsewhere", {"review": review.pk, "message": written.pk})
        change.set(waiting_since=None, unread_count=0)
    index_messages([(written.pk, reply)])
    return True


def _write_elsewhere(
    change: TicketChange, item: ReviewReceived, conversation: Conversation, reply: str, seen_at: datetime
) -> Message:
    written_at = item.details.get("replied_at")
    moment = min(datetime.fromisoformat(written_at), seen_at) if isinstance(written_at, str) else seen_at
    return Message.objects.create(
        ticket=change.ticket,
        conversation=conversation,
        channel_id=conversation.channel_id,
        direction=Message.Direction.OUT,
        author=Message.Author.SYSTEM,
        purpose=ELSEWHERE,
        contact_number=change.ticket.contact_number,
        text=reply,
        reply_text=reply,
        received_at=now(),
        sort_at=moment,
        sent_at=moment,
        visibility=Conversation.Visibility.PUBLIC,
        delivery_state=State.DELIVERED,
    )


def _confirm(change: TicketChange, answer: Message) -> bool:
    """Our answer was seen at the site: it has arrived, also where nobody knew whether it had left."""
    if answer.delivery_state not in (State.SENT, State.UNKNOWN):
        return False
    answer.delivery_state, answer.sent_at = State.DELIVERED, answer.sent_at or now()
    answer.error = answer.error_code = ""
    answer.save(update_fields=["delivery_state", "sent_at", "error", "error_code"])
    change.tell("message.delivery_changed", {"message": answer.pk, "state": State.DELIVERED, "code": ""})
    return True


def _forget_reply(change: TicketChange, review: Review, conversation: Conversation, seen_at: datetime) -> bool:
    """Somebody took our answer down at the site."""
    if not review.reply_text or (review.replied_at is not None and seen_at < review.replied_at + _SITE_LAGS):
        return False
    standing = _answers(conversation.pk).filter(delivery_state__in=[State.SENT, State.DELIVERED, State.READ])
    for answer in list(standing):
        answer.deleted_at = now()
        answer.save(update_fields=["deleted_at"])
    review.reply_text, review.replied_at, review.is_reply_foreign = "", None, False
    change.tell("review.answer_removed", {"review": review.pk})
    return True


def _same(ours: str, theirs: str) -> bool:
    """Sites change blanks and line ends."""
    return ours.split() == theirs.split()
