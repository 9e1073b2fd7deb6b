"""What WeChat would deliver for a made-up follower."""

from channels_app.adapters.base import SimulatedCall, SimulatedTurn
from channels_app.adapters.trial_files import TRIAL_FILE, TRIAL_VOICE
from channels_app.adapters.wechat.xml import write_xml


def simulate_turn(turn: SimulatedTurn, *, owner: str) -> SimulatedCall | None:
    """The plain XML of a turn; None for what WeChat has no word for."""
    contents: dict[str, dict[str, str | int]] = {
        "text": {"MsgType": "text", "Content": turn.text},
        "image": {"MsgType": "image", "MediaId": f"{TRIAL_FILE}picture"},
        "voice": {"MsgType": "voice", "MediaId": TRIAL_VOICE, "Format": "amr", "Recognition": turn.text},
        "location": {
            "MsgType": "location",
            "Location_X": "31.2397",
            "Location_Y": "121.4998",
            "Scale": 16,
            "Label": "上海",
        },
    }
    content = contents.get(turn.act)
    if content is None:
        return None
    head: dict[str, str | int] = {
        "ToUserName": owner or "gh_trial",
        "FromUserName": f"trial-follower-{turn.person}",
        "CreateTime": int(turn.at.timestamp()),
        "MsgId": turn.serial,
    }
    return SimulatedCall(body=write_xml(head | content), content_type="text/xml")
