"""Telephone calls of made-up customers: the requests that Twilio makes, for trying the channel out."""

import base64
from urllib.parse import urlencode

from channels_app.adapters.base import SimulatedCall, SimulatedTurn
from channels_app.adapters.sms.simulating import FORM, made_up_number
from channels_app.adapters.twilio.forms import TRIAL_ACCOUNT

# A tenth of a second of silence: PCM, one channel, 8 bits at 8 kHz.
_FORMAT = bytes.fromhex("1000000001000100401f0000401f000001000800")
_SILENCE = (
    b"RIFF"
    + (836).to_bytes(4, "little")
    + b"WAVEfmt "
    + _FORMAT
    + b"data"
    + (800).to_bytes(4, "little")
    + b"\x80" * 800
)


def call_sid(serial: int) -> str:
    """The id of a made-up call."""
    return f"CA{serial:032x}"


def make_request(turn: SimulatedTurn, *, number: str) -> SimulatedCall | None:
    """What Twilio would post for a turn: "call" rings, "voice" calls and leaves a message; None for everything else."""
    if turn.act not in ("call", "voice"):
        return None
    fields = {
        "AccountSid": TRIAL_ACCOUNT,
        "ApiVersion": "2010-04-01",
        "CallSid": call_sid(turn.serial),
        "CallerName": turn.name,
        "Direction": "inbound",
        "From": made_up_number(turn.person),
        "To": number,
        "CallStatus": "ringing",
    }
    if turn.act == "voice":
        fields |= {
            "CallStatus": "in-progress",
            "RecordingSid": f"RE{turn.serial:032x}",
            "RecordingStatus": "completed",
            "RecordingSource": "RecordVerb",
            "RecordingDuration": "1",
            "RecordingUrl": "data:audio/wav;base64," + base64.b64encode(_SILENCE).decode(),
        }
    return SimulatedCall(body=urlencode(fields).encode(), content_type=FORM)
