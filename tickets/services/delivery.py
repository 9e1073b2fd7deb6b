"""The sender: takes queued messages from the outbox, hands them to their channel, and records what became of them.

Claim (conditional UPDATE, committed) -> send (no transaction) -> record. Per conversation only the oldest message that is not at rest
may leave; per channel at most MOST_LEASED_PER_CHANNEL are under way, so that one slow provider starves nobody.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from functools import lru_cache, partial
from time import monotonic

from django.conf import settings
from django.db import connection, transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from channels_app.adapters.base import AdapterError, Can, OutboundMessage, Receipt
from channels_app.policies.breaker import FAILURES_BEFORE_PAUSE
from channels_app.registry import adapter_class, adapter_for
from channels_app.services.breaking import record_send_failure, record_send_success
from channels_app.services.send_rates import wait_for_turn
from channels_app.services.trying import report_as_provider
from helpdesk.common.clock import now
from helpdesk.common.errors import HelpdeskError, TooManyRequests, Unprocessable
from helpdesk.common.failpoints import failpoint
from tickets.models import Message, Ticket
from tickets.models.message import external_digest
from tickets.policies import delivery as policy
from tickets.services.actors import Actor
from tickets.services.composing import compose_outbound
from tickets.services.events import write_event
from tickets.services.live import tell_message
from tickets.services.locking import lock_ticket
from tickets.services.private_replies import learn_private_address
from tickets.services.review_replies import refresh_review_of

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=120)  # longer than the 60 s a send may take in all
MOST_LEASED_PER_CHANNEL = 4
MOST_PER_SWEEP = 100
# With the one send that may begin at its end, well inside the time after which a task is killed: in the middle of a send.
SWEEP_SECONDS = 45.0
State = Message.DeliveryState
OutboundStep = Callable[[Message, OutboundMessage], OutboundMessage]

# A channel that is paused sends nothing, and one that failed again and again tries one message at a time.
# The outbox may hold thousands of messages. So it is asked once, not per row, which channels have enough under way; and OFFSET 0
# keeps "is nothing older waiting?" a look into the index per row: as a join, PostgreSQL would compare every pair of messages
# whenever its statistics are of a time when the outbox was empty.
# Claims go one by one: senders that looked at the same moment would each see none under way and together take far too many. Both
# statements travel at once, in one transaction, each with a view of its own.
_CLAIM = """
SELECT pg_advisory_xact_lock(hashtextextended('delivery.claim', 0));
WITH saturated AS (
    SELECT s.channel_id FROM tickets_message s
    WHERE s.delivery_state = 'sending' AND s.lease_until > statement_timestamp()
    GROUP BY s.channel_id HAVING count(*) >= %(most)s
    UNION ALL
    SELECT c.id FROM channels_app_channel c
    WHERE c.sending_paused_until > statement_timestamp() OR c.send_failures >= %(tripped)s AND EXISTS (
        SELECT 1 FROM tickets_message s
        WHERE s.channel_id = c.id AND s.delivery_state = 'sending' AND s.lease_until > statement_timestamp()))
UPDATE tickets_message
SET delivery_state = 'sending', lease_until = statement_timestamp() + make_interval(secs => %(lease)s), attempts = attempts + 1
WHERE id = (
    SELECT m.id FROM tickets_message m
    WHERE m.delivery_state = 'queued'
      AND (m.next_try_at IS NULL OR m.next_try_at <= statement_timestamp())
      AND (m.send_after IS NULL OR m.send_after <= statement_timestamp())
      AND (%(only)s::bigint IS NULL OR m.id = %(only)s)
      AND (%(channel)s::bigint IS NULL OR m.channel_id = %(channel)s)
      AND m.channel_id NOT IN (SELECT channel_id FROM saturated)
      AND NOT EXISTS (
        SELECT 1 FROM tickets_message e
        WHERE e.conversation_id = m.conversation_id AND e.id < m.id AND e.delivery_state IN ('queued', 'sending') OFFSET 0)
    ORDER BY m.next_try_at NULLS FIRST, m.id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, attempts, channel_id
"""


@lru_cache(maxsize=8)
def _load_steps(paths: tuple[str, ...]) -> tuple[OutboundStep, ...]:
    return tuple(import_string(path) for path in paths)


def send_due_messages() -> int:
    """Send what is due, one by one (sweep); returns how many were handled. Any number of workers may run it at once."""
    handled = 0
    deadline = monotonic() + SWEEP_SECONDS
    while handled < MOST_PER_SWEEP and monotonic() < deadline and _send_one() is not None:
        handled += 1
    return handled


def send_message(*, message_id: int) -> bool:
    """Send one message if it is due and nothing older of its conversation waits; True when it was taken.

    Then what else its channel has by now: the next part of the same answer, and messages whose bell rang while the channel had enough
    under way.
    """
    deadline = monotonic() + SWEEP_SECONDS
    channel_id = _send_one(message_id=message_id)
    is_taken = channel_id is not None
    while channel_id is not None and monotonic() < deadline:
        channel_id = _send_one(channel_id=channel_id)
    return is_taken


def _send_one(*, message_id: int | None = None, channel_id: int | None = None) -> int | None:
    """The channel of the message that was taken; None when there was none to take."""
    claimed = _claim(message_id, channel_id)
    if claimed is None:
        return None
    failpoint("delivery.after_claim")
    claimed_id, attempt, channel = claimed
    _deliver(claimed_id, attempt)
    return channel


def _claim(message_id: int | None, channel_id: int | None) -> tuple[int, int, int] | None:
    with connection.cursor() as cursor:
        cursor.execute(
            _CLAIM,
            {
                "lease": LEASE.total_seconds(),
                "only": message_id,
                "channel": channel_id,
                "most": MOST_LEASED_PER_CHANNEL,
                "tripped": FAILURES_BEFORE_PAUSE,
            },
        )
        cursor.nextset()
        row = cursor.fetchone()
    return None if row is None else (row[0], row[1], row[2])


def _deliver(message_id: int, attempt: int) -> None:
    message = Message.objects.select_related(
        "ticket", "channel__brand", "conversation__identity", "conversation__customer", "author_agent"
    ).get(pk=message_id)
    if message.channel is None:
        raise RuntimeError("only notes have no channel, and notes are never queued")
    may_have_left = False
    try:
        adapter = adapter_for(message.channel)
        _refuse_leak(message)
        outbound = compose_outbound(message)
        for step in _load_steps(tuple(settings.HELPDESK_OUTBOUND_STEPS)):
            outbound = step(message, outbound)
        wait_for_turn(channel_id=message.channel.pk, rate=None if message.channel.is_simulated else adapter.send_rate)
        failpoint("delivery.before_send")
        may_have_left = not message.channel.is_simulated
        receipt = adapter.send(outbound) if may_have_left else Receipt(external_id=f"trial-{message.uuid}")
        failpoint("delivery.after_send")
    except AdapterError as error:
        _record_failure(message, attempt, error)
        record_send_failure(channel_id=message.channel.pk, error=error)
    except TooManyRequests as refusal:
        _put_back(message.pk, attempt, refusal.retry_after_seconds)
    except HelpdeskError as error:
        _record_failure(message, attempt, AdapterError(error.code, error.message, permanent=True))
    except Exception as error:
        # Our own fault: the message must not be lost for it, nor the queue stop. One that broke in the middle of sending may have
        # left: said once more without knowing, the customer would read it twice.
        logger.exception("sending message %s failed", message_id)
        words = f"{type(error).__name__}: {error}"[:500]
        fault = AdapterError("internal_error", words, permanent=False, is_uncertain=may_have_left)
        _record_failure(message, attempt, fault)
    else:
        record_receipt(message, attempt, receipt)
        failpoint("delivery.after_commit")
        if receipt.details.get("recipient_id"):
            learn_private_address(message_id=message.pk, receipt=receipt)
        if message.channel.is_simulated:
            report_as_provider(channel=message.channel, external_id=receipt.external_id)
        if message.channel.send_failures:
            record_send_success(channel_id=message.channel.pk)


def _put_back(message_id: int, attempt: int, seconds: int) -> None:
    """Give back a message whose channel has sent as much as it may for now: that was no attempt."""
    Message.objects.filter(pk=message_id, delivery_state=State.SENDING, attempts=attempt).update(
        delivery_state=State.QUEUED,
        attempts=attempt - 1,
        lease_until=None,
        next_try_at=now() + timedelta(seconds=seconds),
    )


def _refuse_leak(message: Message) -> None:
    """The last guard: what was written as private never leaves where everybody reads it."""
    conversation = message.conversation
    if conversation is not None and conversation.visibility == "public" and message.visibility != "public":
        text = _("This was written as a private message, and everybody would read it here.")
        raise Unprocessable("would_be_public", text)


def record_receipt(message: Message, attempt: int, receipt: Receipt) -> None:
    """Keep that the provider took a claimed message; nothing happens when another attempt has it meanwhile."""
    _settle(message, partial(_lock_claimed, message.pk, attempt), partial(_keep_receipt, receipt))


def _keep_receipt(receipt: Receipt, current: Message, ticket: Ticket) -> None:
    current.delivery_state, current.sent_at = State.SENT, now()
    current.lease_until = current.next_try_at = None
    current.error = current.error_code = ""
    if receipt.external_id and receipt.external_id != current.external_id:
        current.external_id, current.external_digest = receipt.external_id, external_digest(receipt.external_id)
    current.save(
        update_fields=[
            "delivery_state", "sent_at", "lease_until", "next_try_at", "error", "error_code", "external_id", "external_digest",
        ]
    )  # fmt: skip
    current.recipients.exclude(address__in=list(receipt.refused)).update(state=State.SENT)
    for address, reason in receipt.refused.items():
        current.recipients.filter(address=address).update(state=State.FAILED, reason=reason[:2000])
    refresh_review_of(current)
    data = {"message": current.pk, "state": State.SENT, "code": "some_refused" if receipt.refused else ""}
    event = write_event(ticket=ticket, kind="message.delivery_changed", actor=Actor.system(), data=data)
    is_live = current.channel is not None and Can.LIVE in adapter_class(current.channel.kind).can
    if is_live and current.conversation_id is not None:
        tell_message(conversation_id=current.conversation_id, ticket_id=ticket.pk, sequence=event.sequence)


def _record_failure(message: Message, attempt: int, error: AdapterError) -> None:
    _settle(message, partial(_lock_claimed, message.pk, attempt), partial(_keep_failure, error))


def _keep_failure(error: AdapterError, current: Message, ticket: Ticket) -> None:
    is_too_old = now() - current.received_at > policy.GIVE_UP_AFTER
    current.error_code, current.error = error.code[:40], error.message[:2000]
    current.lease_until = None
    if error.is_uncertain and not _may_repeat(current):
        current.delivery_state = State.UNKNOWN
    elif (error.permanent and not error.concerns_channel) or is_too_old:
        current.delivery_state = State.FAILED
    else:
        current.delivery_state = State.QUEUED
        # While the channel is at fault it is the channel that waits.
        delay = policy.retry_delay(attempts=current.attempts, asked_seconds=error.retry_after_seconds)
        current.next_try_at = None if error.concerns_channel else now() + delay
    _save_failure(current, ticket)


def _may_repeat(message: Message) -> bool:
    """Whether a message that may have left may leave once more: the provider knows its id, or the channel accepts doubles."""
    channel = message.channel
    return channel is not None and (Can.IDEMPOTENT_SEND in adapter_class(channel.kind).can or channel.resend_unknown)


def _settle(
    message: Message, lock_message: Callable[[], Message | None], keep: Callable[[Message, Ticket], None]
) -> bool:
    """Call ``keep`` with the message and its ticket, both locked; False when the message is not ours to settle any more.

    A merge may have moved the message while it was under way. What became of it is then told on the ticket that has it now.
    """
    ticket_id = message.ticket_id
    while True:
        with transaction.atomic():
            ticket = lock_ticket(ticket_id)
            current = lock_message()
            if current is None:
                return False
            if current.ticket_id == ticket_id:
                keep(current, ticket)
                return True
        ticket_id = current.ticket_id


def _save_failure(message: Message, ticket: Ticket) -> None:
    """Keep the state; whatever is not simply tried again is an event, and a notice that agents see at once."""
    message.save(update_fields=["delivery_state", "error_code", "error", "lease_until", "next_try_at"])
    if message.delivery_state == State.QUEUED:
        return
    refresh_review_of(message)
    if message.delivery_state == State.FAILED:
        # The files of an answer say nothing without its text; they leave with it when it is sent again.
        Message.objects.filter(part_of=message, delivery_state=State.QUEUED).update(
            delivery_state=State.FAILED,
            error_code=policy.ANSWER_FAILED,
            error=_("The text before it was not delivered."),
        )
    ticket.notice = "delivery_failed" if message.delivery_state == State.FAILED else "delivery_unknown"
    ticket.unread_count += 1
    ticket.save(update_fields=["notice", "unread_count"])
    data = {"message": message.pk, "state": message.delivery_state, "code": message.error_code}
    write_event(ticket=ticket, kind="message.delivery_changed", actor=Actor.system(), data=data)


def _lock_claimed(message_id: int, attempt: int) -> Message | None:
    """The message if it is still this attempt's; a late worker whose lease was given away records nothing."""
    claimed = Message.objects.select_for_update(of=("self",)).select_related("channel")
    return claimed.filter(pk=message_id, delivery_state=State.SENDING, attempts=attempt).first()


def recover_expired_leases() -> int:
    """Settle messages whose sender died (sweep): once more where the provider knows the id, else ``unknown``; returns how many."""
    expired = Message.objects.filter(delivery_state=State.SENDING, lease_until__lt=now()).order_by("id")
    return sum(_recover(pk) for pk in list(expired.values_list("pk", flat=True)[:MOST_PER_SWEEP]))


def _recover(message_id: int) -> bool:
    return _settle(Message.objects.get(pk=message_id), partial(_lock_expired, message_id), _keep_death)


def _keep_death(current: Message, ticket: Ticket) -> None:
    current.delivery_state = State.QUEUED if _may_repeat(current) else State.UNKNOWN
    current.lease_until = None
    current.error_code = "sender_died"
    current.error = "The sender stopped before it could say whether the message left."
    _save_failure(current, ticket)


def _lock_expired(message_id: int) -> Message | None:
    """The message if its sender's lease is over; None when somebody else has settled it meanwhile."""
    claimed = Message.objects.select_for_update(of=("self",)).select_related("channel")
    return claimed.filter(pk=message_id, delivery_state=State.SENDING, lease_until__lt=now()).first()
