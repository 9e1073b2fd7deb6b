"""What became of our messages: sent, delivered, read, failed."""

from channels_app.adapters.base import DeliveryUpdate, Ignored, InboundItem, digest
from channels_app.adapters.untrusted_json import Fields
from channels_app.adapters.whatsapp.addresses import normalise
from channels_app.adapters.whatsapp.errors import explain
from channels_app.adapters.whatsapp.times import unix_time

# WhatsApp's words and ours; a voice message that was played was read.
STATES = {"sent": "sent", "delivered": "delivered", "read": "read", "played": "read", "failed": "failed"}


def read_status(status: Fields) -> list[InboundItem]:
    """One entry of ``statuses``. ``references`` holds the uuid that we sent along, for reports that overtake our receipt."""
    message_id = status.identifier("id", is_required=True)
    word = status.text("status", is_required=True, limit=40)
    at = unix_time(status, "timestamp")
    key = digest("status", message_id, word)
    state = STATES.get(word)
    if state is None:
        return [Ignored(dedup_key=key, external_id=message_id, sent_at=at, reason=f"unknown:status:{word}")]
    code, reason = _first_error(status)
    own_id = status.identifier("biz_opaque_callback_data", limit=600)
    recipient = status.identifier("recipient_id", limit=40)
    update = DeliveryUpdate(
        dedup_key=key,
        external_id=message_id,
        sent_at=at,
        status=state,  # type: ignore[arg-type]  # the table's values are the literal's
        status_of=message_id,
        recipient=normalise(f"+{recipient}") if recipient else status.identifier("recipient_user_id", limit=200),
        error_code=code if state == "failed" else "",
        reason=reason if state == "failed" else "",
        references=(own_id,) if own_id else (),
    )
    return [update]


def _first_error(status: Fields) -> tuple[str, str]:
    for error in status.objects("errors", limit=20):
        data = error.object("error_data")
        details = data.text("details", limit=2000) if data is not None else ""
        given = details or error.text("message", limit=2000) or error.text("title", limit=2000)
        code = error.identifier("code", limit=20)
        number = int(code) if code.isascii() and code.isdigit() else -1
        return code, explain(number, given) if number >= 0 else given
    return "", ""
