"""Calls about made-up people, for trying the channel out."""

import json
from typing import Any

from channels_app.adapters.base import SimulatedCall, SimulatedTurn
from channels_app.adapters.trial_files import TRIAL_FILE

_FIRST_PERSON = 3_000_000_000


def make_activity(turn: SimulatedTurn, *, own_id: str) -> SimulatedCall | None:
    """The webhook's call for a turn; None for what X does not have (it reports reading, not delivery)."""
    person_id = str(_FIRST_PERSON + turn.person)
    screen_name = "".join(char for char in turn.name.lower() if char.isascii() and char.isalnum())[:15] or "somebody"
    user = {"id": person_id, "id_str": person_id, "name": turn.name, "screen_name": screen_name}
    moment = str(int(turn.at.timestamp() * 1000))
    document: dict[str, Any] = {"for_user_id": own_id}
    if turn.act in ("text", "image"):
        document |= {"direct_message_events": [_message(turn, person_id, own_id, moment)], "users": {person_id: user}}
    elif turn.act == "comment":
        entities = {"user_mentions": [{"id_str": own_id}], "urls": []}
        post = {
            "id_str": str(turn.serial),
            "text": _escaped(turn.text),
            "user": user,
            "entities": entities,
            "timestamp_ms": moment,
        }
        document["tweet_create_events"] = [post]
    elif turn.act == "read":
        read = {"created_timestamp": moment, "sender_id": person_id, "target": {"recipient_id": own_id}}
        document["direct_message_mark_read_events"] = [{**read, "last_read_event_id": turn.status_of}]
    else:
        return None
    return SimulatedCall(body=json.dumps(document).encode())


def _message(turn: SimulatedTurn, person_id: str, own_id: str, moment: str) -> dict[str, Any]:
    data: dict[str, Any] = {"text": _escaped(turn.text or "Hello"), "entities": {"urls": []}}
    if turn.act == "image":
        medium = {"id_str": str(turn.serial), "type": "photo", "media_url_https": f"{TRIAL_FILE}{turn.serial}.png"}
        data["attachment"] = {"type": "media", "media": medium}
    created = {"target": {"recipient_id": own_id}, "sender_id": person_id, "message_data": data}
    return {"type": "message_create", "id": str(turn.serial), "created_timestamp": moment, "message_create": created}


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
