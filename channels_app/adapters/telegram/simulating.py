"""Updates of made-up customers, for trying the channel out."""

import json
from typing import Any

from channels_app.adapters.base import SimulatedCall, SimulatedTurn
from channels_app.adapters.trial_files import TRIAL_FILE

_FIRST_PERSON = 7_000_000_000


def make_update(turn: SimulatedTurn) -> SimulatedCall | None:
    """The update of a turn; None for what Telegram does not have (it reports neither delivered nor read)."""
    content: dict[str, Any]
    if turn.act == "text":
        content = {"text": turn.text or "Hello"}
    elif turn.act == "image":
        file_id = f"{TRIAL_FILE}{turn.serial}"
        size = {"file_id": file_id, "file_unique_id": str(turn.serial), "width": 1, "height": 1, "file_size": 82}
        content = {"photo": [size], "caption": turn.text}
    elif turn.act == "location":
        content = {"location": {"latitude": 40.4168, "longitude": -3.7038}}
    else:
        return None
    first, _blank, last = turn.name.partition(" ")
    person = {"id": _FIRST_PERSON + turn.person, "first_name": first, "last_name": last}
    message = {
        "message_id": turn.serial,
        "from": {**person, "is_bot": False},
        "chat": {**person, "type": "private"},
        "date": int(turn.at.timestamp()),
        **content,
    }
    return SimulatedCall(body=json.dumps({"update_id": turn.serial, "message": message}).encode())
