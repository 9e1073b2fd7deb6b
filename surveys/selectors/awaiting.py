"""Which question a message may answer."""

from django.db import connection

from channels_app.adapters.base import InboundMessage
from channels_app.models import Channel
from channels_app.registry import adapter_class
from helpdesk.common.clock import now
from helpdesk.common.remembered import Remembered
from helpdesk.common.rows import fetch
from surveys.models import Invitation
from surveys.policies.chat_choices import read_choice_payload
from surveys.policies.chat_payloads import read_payload

# The newest question that waits in the private chat of whoever writes from one of these addresses.
_AWAITING = """
SELECT i.id FROM surveys_invitation i
JOIN tickets_conversation c ON c.id = i.conversation_id
JOIN tickets_customeridentity t ON t.id = c.identity_id
WHERE i.awaits_until > %s AND c.channel_id = %s AND c.visibility = 'private'
  AND t.kind = ANY(%s) AND t.address = ANY(%s)
  AND (%s = '' OR c.external_thread_id = %s)
ORDER BY i.sent_at DESC, i.id DESC LIMIT 1
"""
# The question of a button, where the conversation is on this channel: an old one is found as well as the newest.
_PRESSED = """
SELECT i.id FROM surveys_invitation i
JOIN tickets_conversation c ON c.id = i.conversation_id
JOIN tickets_customeridentity t ON t.id = c.identity_id
WHERE i.uuid = %s AND c.channel_id = %s AND t.address = ANY(%s)
"""
# The newest question by mail in the thread that a mail names by our token.
_BY_MAIL = """
SELECT i.id FROM tickets_conversation c
JOIN tickets_message m ON m.conversation_id = c.id AND m.purpose = 'survey'
JOIN surveys_invitation i ON i.message_id = m.id
WHERE c.reply_token = ANY(%s) ORDER BY m.id DESC LIMIT 1
"""


def _is_anybody_awaited() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM surveys_invitation WHERE awaits_until > %s)", [now()])
        return bool(cursor.fetchone()[0])


# Nobody answers a question within a second of its being written down: it has to travel and to be read first.
is_anybody_awaited = Remembered(_is_anybody_awaited, seconds=1.0)
is_anybody_awaited.forget_on_change(Invitation)


def awaiting_invitation(channel: Channel, item: InboundMessage) -> int | None:
    """The invitation whose question the chat of this sender waits for an answer to; at most one indexed query, and none where nobody
    is waited for at all.
    """
    pressed = read_payload(item.payload) or read_choice_payload(item.payload) if item.payload else None
    senders = (item.sender, *item.aliases)
    addresses = [one.address[:320] for one in senders]
    if pressed is not None:
        row = fetch(_PRESSED, [pressed.invitation, channel.pk, addresses])
        return row[0] if row else None
    if not is_anybody_awaited():
        return None
    thread_id = item.thread_id[:200]
    kinds = [one.kind or adapter_class(channel.kind).identity_kind for one in senders]
    row = fetch(_AWAITING, [now(), channel.pk, kinds, addresses, thread_id, thread_id])
    return row[0] if row else None


def invitation_by_mail(item: InboundMessage) -> int | None:
    """The invitation whose mail is answered; one query. Who may answer in that thread is for the intake to find out."""
    row = fetch(_BY_MAIL, [list(item.thread_tokens)]) if item.thread_tokens else None
    return row[0] if row else None


def is_threaded(channel: Channel) -> bool:
    """Whether people answer here by mail, each in a thread of its own."""
    return adapter_class(channel.kind).is_threaded
