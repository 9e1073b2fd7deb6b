"""Filing public reviews: a review is a public conversation, its edits change one message, nothing of it is ever lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from channels_app.adapters.base import InboundMessage, ReviewReceived
from channels_app.models import Channel, InboundEvent
from helpdesk.common.clock import now
from helpdesk.common.doorbell import call_on_commit
from helpdesk.common.rows import Batch
from helpdesk.common.text import clean_json, clean_text, preview
from tickets import signals
from tickets.models import Conversation, Message, Review, Ticket
from tickets.models.message import external_digest
from tickets.policies.lifecycle import takes_message
from tickets.policies.review_versions import Version, add_version, web_address
from tickets.services.actors import Actor
from tickets.services.changes import TicketChange
from tickets.services.filed import Filed
from tickets.services.files import StoredFile
from tickets.services.intake_steps import MOST_WAITS, NotHereYet
from tickets.services.lifecycle import first_unanswered_at, resolve
from tickets.services.locking import lock_ticket
from tickets.services.message_filing import file_message
from tickets.services.review_replies import refresh_reply_state, take_over_reply
from tickets.services.review_waking import wake_ticket
from tickets.services.search import index_messages

SHOWN_VERSIONS = 5
_SAVED = (
    "rating", "scale", "stars", "title", "url", "version_at", "edited_at", "deleted_at", "reply_state", "reply_text",
    "is_reply_foreign", "replied_at", "history", "message",
)  # fmt: skip


def file_review(
    *, channel: Channel, item: ReviewReceived, event: InboundEvent | None, files: Sequence[StoredFile]
) -> Filed:
    """Keep a review as it stands now. Runs inside the transaction of ``intake.receive``; equal items change nothing.

    A new review opens a public conversation and a ticket. A changed text or rating changes its message, keeps the earlier version
    and wakes the ticket like a message of the customer. An older version that comes late only joins the history. A deleted review
    is marked, never removed. The author stays a customer of his own, whatever he writes about himself.
    """
    received_at = event.received_at if event is not None else now()
    external_id = clean_text(item.external_id)
    digest = external_digest(external_id) or b""
    _wait_for_turn(channel, digest)
    review = Review.objects.filter(channel=channel, external_digest=digest).select_related("message").first()
    version = Version.of(item, received_at)
    if review is None:
        if item.is_deleted:
            return _ignore_deletion(event)
        return _file_new(channel, item, version, event, files)
    # Conversation before ticket, ticket before review: the one order.
    conversation = Conversation.objects.select_for_update(of=("self",)).get(messages=review.message_id)
    change = TicketChange(lock_ticket(review.message.ticket_id), Actor.customer())
    review = Review.objects.select_for_update(of=("self",)).select_related("message").get(pk=review.pk)
    filing = _Filing(channel=channel, item=item, version=version, event=event, files=files)
    return filing.update(review, conversation, change, received_at)


def _ignore_deletion(event: InboundEvent | None) -> Filed:
    """A deletion that overtook its review waits for it; one of a review that nobody knows opens no ticket."""
    if event is not None and event.source == "webhook" and event.attempts < MOST_WAITS:
        raise NotHereYet("message_not_here_yet", "The review that this deletes is not here yet.")
    return Filed(outcome="ignored", reason="deletion_of_unknown_review")


def _wait_for_turn(channel: Channel, digest: bytes) -> None:
    """Two versions of one review are filed one behind the other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))", [f"review:{digest.hex()}", channel.pk])


def _as_message(item: ReviewReceived, version: Version, digest: bytes) -> InboundMessage:
    return InboundMessage(
        dedup_key=item.dedup_key,
        external_id=item.external_id,
        sent_at=item.edited_at or item.sent_at,
        sender=item.author,
        is_public=True,
        details=_details(item, version),
        subject=version.title,
        text=version.text,
        reply_text=version.text,
        attachments=item.attachments,
        thread_id=f"review:{digest.hex()}",
        language=item.language,
    )


def _details(item: ReviewReceived, version: Version) -> dict[str, Any]:
    kept = {key: value for key, value in item.details.items() if key not in ("has_reply", "replied_at")}
    return {
        "review": {
            **clean_json(kept),
            "id": clean_text(item.external_id)[:1000],
            "rating": version.rating,
            "scale": version.scale,
            "stars": version.stars,
            "url": web_address(item.url),
        }
    }


def _file_new(
    channel: Channel, item: ReviewReceived, version: Version, event: InboundEvent | None, files: Sequence[StoredFile],
) -> Filed:  # fmt: skip
    digest = external_digest(clean_text(item.external_id)) or b""
    filed = _file_message(channel, _as_message(item, version, digest), event, files)
    message = _message_of(filed)
    review = Review.objects.create(
        message=message,
        channel=channel,
        external_id=clean_text(item.external_id),
        external_digest=digest,
        rating=version.rating,
        scale=version.scale,
        stars=version.stars,
        title=version.title,
        url=web_address(item.url),
        posted_at=item.sent_at or message.received_at,
        version_at=version.at,
    )
    told = TicketChange(lock_ticket(message.ticket_id), Actor.customer())
    told.tell("review.received", {"review": review.pk, "message": message.pk, "stars": version.stars})
    told.save()
    change = TicketChange(told.ticket, Actor.system())
    conversation = message.conversation
    if conversation is not None and take_over_reply(
        change, review, item, conversation=conversation, seen_at=message.received_at
    ):
        refresh_reply_state(review, conversation_id=conversation.pk)
        review.save(update_fields=list(_SAVED))
        if change.ticket.status in (Ticket.Status.NEW, Ticket.Status.OPEN):
            # Answered before we ever saw it: no work for anybody.
            resolve(change)
    change.save()
    _announce(review)
    return filed


def _file_message(
    channel: Channel, item: InboundMessage, event: InboundEvent | None, files: Sequence[StoredFile]
) -> Filed:
    """File and write at once: the review's own row points to the message."""
    batch = Batch()
    filed = file_message(channel=channel, item=item, event=event, files=files, batch=batch)
    batch.run()
    return filed


def _message_of(filed: Filed) -> Message:
    if filed.message_id is None:
        raise ValueError("a review is no echo, so that its message is filed")
    return Message.objects.select_related("conversation").get(pk=filed.message_id)


@dataclass(frozen=True, kw_only=True)
class _Filing:
    """One item on its way to a review that is here already."""

    channel: Channel
    item: ReviewReceived
    version: Version
    event: InboundEvent | None
    files: Sequence[StoredFile]

    def update(self, review: Review, conversation: Conversation, change: TicketChange, received_at: datetime) -> Filed:
        """Bring the review to the item's version where that is newer; the rows are locked."""
        outcome = self._take_version(review, conversation, change)
        if outcome != "ignored" and take_over_reply(
            change, review, self.item, conversation=conversation, seen_at=received_at
        ):
            outcome = outcome if outcome != "duplicate" else "changed"
        refresh_reply_state(review, conversation_id=conversation.pk)
        review.save(update_fields=list(_SAVED))
        change.save()
        return Filed(
            outcome=outcome,
            ticket_id=review.message.ticket_id,
            conversation_id=conversation.pk,
            message_id=review.message_id,
            reason="older_version" if outcome == "ignored" else None,
        )

    def _take_version(self, review: Review, conversation: Conversation, change: TicketChange) -> str:
        if self.item.is_deleted:
            return self._delete(review, change)
        standing = _standing(review)
        earlier = [Version.from_json(kept) for kept in review.history]
        if self.item.edited_at is None and self.version.content in [one.content for one in earlier]:
            return "ignored"  # a file or feed that says nothing of edits, read once more
        if self.version.at < standing.at and self.version.content != standing.content:
            _remember(review, self.version)
            return "ignored"
        is_back = review.deleted_at is not None and self.version.at > review.deleted_at
        if is_back:
            review.deleted_at = review.message.deleted_at = None
            review.message.save(update_fields=["deleted_at"])
        if self.version.content == standing.content:
            review.version_at = max(review.version_at, self.version.at)
            return "changed" if is_back else "duplicate"
        return self._edit(review, standing, conversation, change)

    def _edit(self, review: Review, standing: Version, conversation: Conversation, change: TicketChange) -> str:
        version, item = self.version, self.item
        _remember(review, standing)
        review.rating, review.scale, review.stars, review.title = (
            version.rating, version.scale, version.stars, version.title,
        )  # fmt: skip
        review.version_at = review.edited_at = version.at
        review.url = web_address(item.url) or review.url
        ticket = change.ticket
        if not takes_message(status=ticket.status, closes_at=ticket.closes_at, at=now()):
            # A closed case stays as it was: the new version opens the next one.
            message = _as_message(item, version, bytes(review.external_digest))
            filed = _file_message(self.channel, message, self.event, self.files)
            review.message = _message_of(filed)
            outcome = filed.outcome
            next_case = TicketChange(lock_ticket(review.message.ticket_id), Actor.customer())
            _tell_change(next_case, review, standing)
            next_case.save()
        else:
            _rewrite(review, item, version)
            outcome = wake_ticket(change, conversation, version)
            _tell_change(change, review, standing)
        _announce(review)
        return outcome

    def _delete(self, review: Review, change: TicketChange) -> str:
        if review.deleted_at is not None:
            return "duplicate"
        if self.item.edited_at is not None and self.item.edited_at < review.version_at:
            return "ignored"
        review.deleted_at = review.message.deleted_at = self.item.edited_at or now()
        review.message.save(update_fields=["deleted_at"])
        # Of the review nothing is left that could be answered; what else the customer has asked still waits.
        ticket = change.ticket
        if ticket.waiting_since is not None:
            change.set(waiting_since=first_unanswered_at(ticket, without=review.message_id))
        is_waiting = ticket.waiting_since is not None
        change.tell("review.deleted", {"review": review.pk, "message": review.message_id, "is_waiting": is_waiting})
        return "changed"


def _as_line(kept: dict[str, Any]) -> str:
    version = Version.from_json(kept)
    stars = f"{version.stars:g}/5" if version.stars is not None else ""
    return " · ".join(filter(None, (f"{version.at:%Y-%m-%d}", stars, preview(version.text or version.title))))


def _tell_change(change: TicketChange, review: Review, before: Version) -> None:
    data = {"review": review.pk, "message": review.message_id, "stars": review.stars, "previous": before.stars}
    change.tell("review.changed", data)


def _standing(review: Review) -> Version:
    return Version(
        at=review.version_at,
        rating=review.rating,
        scale=review.scale,
        title=review.title,
        text=review.message.text,
    )


def _remember(review: Review, version: Version) -> None:
    history = add_version([Version.from_json(kept) for kept in review.history], version)
    review.history = [one.as_json() for one in history]


def _rewrite(review: Review, item: ReviewReceived, version: Version) -> None:
    message = review.message
    message.text = message.reply_text = version.text
    message.subject = version.title
    message.details = _details(item, version)
    # For the timeline, which reads messages only; the whole history stands on the review.
    message.details["review"]["earlier"] = [_as_line(kept) for kept in review.history[-SHOWN_VERSIONS:]]
    message.edited_at = version.at
    message.save(update_fields=["text", "reply_text", "subject", "details", "edited_at"])
    index_messages([(message.pk, f"{version.title}\n{version.text}")])


def _announce(review: Review) -> None:
    call_on_commit(_send_received, review.pk)


def _send_received(review_id: int) -> None:
    signals.review_received.send_robust(sender=Review, review_id=review_id)
