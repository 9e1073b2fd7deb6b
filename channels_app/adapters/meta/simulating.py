"""Events of made-up customers in the provider's shape, for trying a channel out."""

import json
from typing import Any

from channels_app.adapters.base import SimulatedCall, SimulatedTurn
from channels_app.adapters.meta.events import Account
from channels_app.adapters.trial_files import TRIAL_FILE


def simulate_turn(turn: SimulatedTurn, account: Account) -> SimulatedCall | None:
    """The signed body's content for a turn; None for what nobody does on these channels."""
    if turn.act == "comment":
        entry = _comment(turn, account)
    else:
        event = _event(turn, account)
        if event is None:
            return None
        entry = {"messaging": [event]}
    at = _milliseconds(turn)
    document = {"object": account.object_name, "entry": [{"id": account.account_id, "time": at, **entry}]}
    return SimulatedCall(body=json.dumps(document, ensure_ascii=False).encode())


def _event(turn: SimulatedTurn, account: Account) -> dict[str, Any] | None:
    event: dict[str, Any] = {
        # Real events have no name; here nobody can be asked for it.
        "sender": {"id": _person(turn), "name": turn.name},
        "recipient": {"id": account.account_id},
        "timestamp": _milliseconds(turn),
    }
    mid = f"m_trial-{turn.serial}"
    if turn.act == "text":
        return event | {"message": {"mid": mid, "text": turn.text}}
    if turn.act == "image":
        attachment = {"type": "image", "payload": {"url": f"{TRIAL_FILE}photo.png"}}
        return event | {"message": {"mid": mid, "text": turn.text, "attachments": [attachment]}}
    # Reports on a message of ours: who got it is not known here, so they name the message and no person and no watermark.
    if turn.act == "delivered":
        return event | {"sender": {}, "delivery": {"mids": [turn.status_of]}}
    if turn.act == "read":
        return event | {"sender": {}, "read": {"mid": turn.status_of}}
    return None


def _comment(turn: SimulatedTurn, account: Account) -> dict[str, Any]:
    comment_id = f"17900{turn.serial}"
    if account.object_name == "instagram":
        value: dict[str, Any] = {
            "id": comment_id,
            "from": {"id": _person(turn), "username": turn.name},
            "text": turn.text,
            "media": {"id": "18000000000000001", "media_product_type": "FEED"},
        }
        return {"changes": [{"field": "comments", "value": value}]}
    post_id = f"{account.account_id}_500600"
    value = {
        "item": "comment",
        "verb": "add",
        "from": {"id": _person(turn), "name": turn.name},
        "post_id": post_id,
        "parent_id": post_id,
        "comment_id": f"500600_{turn.serial}",
        "created_time": _milliseconds(turn) // 1000,
        "message": turn.text,
        "post": {"id": post_id, "permalink_url": "https://www.facebook.com/acme/posts/500600"},
    }
    return {"changes": [{"field": "feed", "value": value}]}


def _person(turn: SimulatedTurn) -> str:
    return f"7000000{turn.person}"


def _milliseconds(turn: SimulatedTurn) -> int:
    return int(turn.at.timestamp() * 1000)
