"""Text messages of made-up customers, for trying the channel out."""

import base64
from urllib.parse import urlencode

from channels_app.adapters.base import SimulatedCall, SimulatedTurn
from channels_app.adapters.trial_files import trial_picture
from channels_app.adapters.twilio.forms import TRIAL_ACCOUNT

FORM = "application/x-www-form-urlencoded"


def made_up_number(person: int) -> str:
    """The number of a made-up person: of those that Ofcom keeps free for films."""
    return f"+447700900{person % 1000:03}"


def make_request(turn: SimulatedTurn, *, number: str) -> SimulatedCall | None:
    """What Twilio would post for a turn; None for what is not said by text message."""
    common = {"AccountSid": TRIAL_ACCOUNT, "ApiVersion": "2010-04-01"}
    if turn.act == "delivered":
        fields = {"MessageSid": turn.status_of, "MessageStatus": "delivered", "From": number, "To": made_up_number(1)}
        return SimulatedCall(body=urlencode(common | fields).encode(), content_type=FORM)
    if turn.act not in ("text", "image"):
        return None
    fields = {
        "MessageSid": f"SM{turn.serial:032x}",
        "From": made_up_number(turn.person),
        "To": number,
        "Body": turn.text,
        "NumMedia": "0",
        "NumSegments": "1",
    }
    if turn.act == "image":
        picture = "data:image/png;base64," + base64.b64encode(trial_picture()).decode()
        fields |= {
            "MessageSid": f"MM{turn.serial:032x}",
            "NumMedia": "1",
            "MediaUrl0": picture,
            "MediaContentType0": "image/png",
        }
    return SimulatedCall(body=urlencode(common | fields).encode(), content_type=FORM)
