"""Chats as the customer and the provider see them: what he writes and presses is delivered in the provider's shape, and what reaches him
is read from what the provider was sent.
"""

import base64
import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.test import Client

from channels_app.adapters.wechat.xml import read_xml, write_xml
from channels_app.models import Channel
from channels_app.registry import adapter_for
from helpdesk.common.clock import now
from tests.factories import make_channel
from tests.support.desk import call_webhook
from tests.support.http_fake import running_http_fake
from tests.support.line_fake import running_line_fake
from tests.support.messenger_fake import ACCOUNT_ID, running_messenger_fake
from tests.support.telegram_fake import TOKEN, running_telegram_fake
from tests.support.twilio_fake import ACCOUNT, AUTH, NUMBER, post_signed, running_twilio_fake
from tests.support.viber_fake import running_viber_fake
from tests.support.webchat import SITE, Browser
from tests.support.wechat_fake import APP_SECRET, running_wechat_fake
from tests.support.whatsapp_fake import running_whatsapp_fake
from tests.support.x_fake import running_x_fake
from tickets.services.processing import process_waiting_events

_ADAPTERS = Path(__file__).resolve().parent.parent / "channels_app" / "adapters"
_serial = itertools.count(1)

Button = tuple[str, str]  # title, payload


@dataclass(frozen=True)
class Seen:
    """One message of ours as the customer sees it."""

    text: str
    buttons: Sequence[Button] = ()

    def button(self, title: str) -> Button:
        return next(button for button in self.buttons if button[0] == title)


@dataclass(frozen=True)
class Wire:
    """``write`` and ``press`` deliver what the customer does; ``seen`` is what has reached him, oldest first."""

    channel: Channel
    write: Callable[[str], Any]
    press: Callable[[Button], Any]
    seen: Callable[[], list[Seen]]


def _payload(kind: str, name: str) -> Any:
    return json.loads((_ADAPTERS / kind / "payloads" / f"{name}.json").read_text())


def _milliseconds() -> int:
    return int(now().timestamp() * 1000)


def _call(channel: Channel, document: Any) -> None:
    assert call_webhook(channel, json.dumps(document, ensure_ascii=False).encode()).status_code == 200


@contextmanager
def whatsapp() -> Iterator[Wire]:
    with running_whatsapp_fake() as fake:
        channel = make_channel(kind="whatsapp", slug="wa", config=fake.config, secrets=fake.secrets)

        def deliver(name: str, **content: Any) -> None:
            document = _payload("whatsapp", name)
            message = document["entry"][0]["changes"][0]["value"]["messages"][0]
            message |= {"id": f"wamid.N{next(_serial)}", "timestamp": str(int(now().timestamp())), **content}
            _call(channel, document)

        def press(button: Button) -> None:
            reply = {"type": "list_reply", "list_reply": {"id": button[1], "title": button[0]}}
            deliver("list_reply", interactive=reply)

        def seen(body: dict[str, Any]) -> Seen:
            if body["type"] != "interactive":
                return Seen(body["text"]["body"])
            action = body["interactive"]["action"]
            rows = [row for section in action.get("sections", ()) for row in section["rows"]]
            rows += [button["reply"] for button in action.get("buttons", ())]
            return Seen(body["interactive"]["body"]["text"], [(row["title"], row["id"]) for row in rows])

        shown = lambda: [seen(body) for body in fake.sent if "type" in body]  # noqa: E731
        yield Wire(channel, lambda text: deliver("example", text={"body": text}), press, shown)


@contextmanager
def _meta(kind: str, own_id: str = "") -> Iterator[Wire]:
    with running_messenger_fake(*([own_id] if own_id else [])) as fake:
        channel = make_channel(kind=kind, slug=kind, config=fake.config, secrets=fake.secrets)
        fake.people[_payload(kind, "example")["entry"][0]["messaging"][0]["sender"]["id"]] = {"name": "Carla Cruz"}

        def deliver(name: str, **content: Any) -> None:
            document = _payload(kind, name)
            event = document["entry"][0]["messaging"][0]
            event["timestamp"] = document["entry"][0]["time"] = _milliseconds()
            event["message"] |= {"mid": f"m{next(_serial)}", **content}
            _call(channel, document)

        def press(button: Button) -> None:
            deliver("quick_reply", text=button[0], quick_reply={"payload": button[1]})

        def seen(body: dict[str, Any]) -> Seen:
            replies = body["message"].get("quick_replies", ())
            return Seen(body["message"]["text"], [(one["title"], one["payload"]) for one in replies])

        yield Wire(
            channel,
            lambda text: deliver("example", text=text),
            press,
            lambda: [seen(body) for body in fake.sent if "message" in body],
        )


@contextmanager
def messenger() -> Iterator[Wire]:
    with _meta("messenger") as wire:
        yield wire


@contextmanager
def instagram() -> Iterator[Wire]:
    with _meta("instagram", ACCOUNT_ID) as wire:
        yield wire


@contextmanager
def telegram(language: str = "en") -> Iterator[Wire]:
    with running_telegram_fake() as fake:
        secrets = {"bot_token": TOKEN, "webhook_secrets": ["a_secret_of_the_webhook"]}
        channel = make_channel(
            kind="telegram", slug="tg", config={**fake.config, "delivery": "webhook"}, secrets=secrets
        )

        def deliver(name: str, key: str, **content: Any) -> None:
            document = _payload("telegram", name)
            document["update_id"] = 20_000 + next(_serial)
            document[key] |= content
            document[key]["from"]["language_code"] = language
            _call(channel, document)

        def write(text: str) -> None:
            content = {"text": text, "message_id": 2000 + next(_serial), "date": int(now().timestamp()), "entities": []}
            deliver("example", "message", **content)

        def press(button: Button) -> None:
            deliver("callback_query", "callback_query", data=button[1], id=f"cq{next(_serial)}")

        def seen(values: dict[str, Any]) -> Seen:
            markup = values.get("reply_markup") or {}
            markup = json.loads(markup) if isinstance(markup, str) else markup
            rows = markup.get("inline_keyboard", ())
            return Seen(values["text"], [(one["text"], one["callback_data"]) for row in rows for one in row])

        yield Wire(
            channel, write, press, lambda: [seen(values) for method, values in fake.sent if method == "sendMessage"]
        )


@contextmanager
def line() -> Iterator[Wire]:
    with running_line_fake() as fake:
        channel = make_channel(kind="line", slug="line", config=fake.config, secrets=fake.secrets)

        def deliver(name: str, **content: Any) -> None:
            document = _payload("line", name)
            event = document["events"][0]
            event |= {"timestamp": _milliseconds(), "webhookEventId": f"01FZ74A0TDDPYRVKNK77{next(_serial):06d}"}
            for key, value in content.items():
                event[key] = event.get(key, {}) | value
            _call(channel, document)

        def seen(message: dict[str, Any]) -> Seen:
            actions = [item["action"] for item in message.get("quickReply", {}).get("items", ())]
            return Seen(message["text"], [(action["label"], action["data"]) for action in actions])

        yield Wire(
            channel,
            lambda text: deliver("example", message={"id": str(10**17 + next(_serial)), "text": text, "emojis": []}),
            lambda button: deliver("postback", postback={"data": button[1], "params": {}}),
            lambda: [seen(one) for body in [*fake.replies, *fake.pushes] for one in body["messages"]],
        )


@contextmanager
def viber() -> Iterator[Wire]:
    with running_viber_fake() as fake:
        channel = make_channel(kind="viber", slug="viber", config=fake.config, secrets=fake.secrets)

        def deliver(text: str, tracking: str = "") -> None:
            document = _payload("viber", "example")
            document |= {"message_token": 10**18 + next(_serial), "timestamp": _milliseconds()}
            document["message"] |= {"text": text, "tracking_data": tracking}
            _call(channel, document)

        def seen(body: dict[str, Any]) -> Seen:
            buttons = body.get("keyboard", {}).get("Buttons", ())
            return Seen(body["text"], [(one["Text"], one["ActionBody"]) for one in buttons])

        def press(button: Button) -> None:
            deliver(button[1], str(fake.sent[-1].get("tracking_data", "")))

        yield Wire(channel, deliver, press, lambda: [seen(body) for body in fake.sent])


@contextmanager
def wechat() -> Iterator[Wire]:
    with running_wechat_fake() as fake:
        secrets = {"app_secret": APP_SECRET, "tokens": ["spamtest"], "aes_keys": []}
        channel = make_channel(kind="wechat", slug="wechat", config=fake.config(), secrets=secrets)

        def write(text: str) -> None:
            fields = read_xml((_ADAPTERS / "wechat" / "payloads" / "example.xml").read_bytes())
            made = {"CreateTime": int(now().timestamp()), "MsgId": 10**16 + next(_serial), "Content": text}
            body = write_xml(fields | made)
            address = f"/hooks/wechat/{channel.uuid}/?{urlencode(adapter_for(channel).sign_query(body))}"
            assert Client().post(address, data=body, content_type="text/xml").status_code == 200
            process_waiting_events()

        yield Wire(channel, write, _no_buttons, lambda: [Seen(one["text"]["content"]) for one in fake.sent])


@contextmanager
def x() -> Iterator[Wire]:
    with running_x_fake() as fake:
        channel = make_channel(kind="x", slug="x", config={**fake.config, "delivery": "webhook"}, secrets=fake.secrets)

        def write(text: str) -> None:
            document = _payload("x", "example")
            event = document["direct_message_events"][0]
            event |= {"id": str(10**18 + next(_serial)), "created_timestamp": str(_milliseconds())}
            event["message_create"]["message_data"] = {"text": text, "entities": {}}
            _call(channel, document)

        yield Wire(channel, write, _no_buttons, lambda: [Seen(body["text"]) for _path, body in fake.sent])


@contextmanager
def sms() -> Iterator[Wire]:
    with running_twilio_fake() as fake:
        channel = make_channel(kind="sms", slug="texts", config=fake.config, secrets=AUTH)

        def write(text: str) -> None:
            fields = {
                "MessageSid": f"SM{next(_serial):032x}",
                "AccountSid": ACCOUNT,
                "From": "+447911123456",
                "To": NUMBER,
            }
            post_signed(channel, {**fields, "Body": text, "NumMedia": 0})
            process_waiting_events()

        yield Wire(channel, write, _no_buttons, lambda: [Seen(one["Body"][0]) for one in fake.messages])


@contextmanager
def api() -> Iterator[Wire]:
    """Another system of ours: signed JSON both ways."""
    with running_http_fake() as receiver:
        config = {"deliver_url": f"{receiver.url}/in"}
        channel = make_channel(
            kind="api",
            slug="app",
            config=config,
            secrets={"signing_secrets": [f"whsec_{base64.b64encode(bytes(32)).decode()}"]},
        )

        def write(text: str) -> None:
            document = _payload("api", "example")
            document["items"][0] |= {"id": f"m{next(_serial)}", "text": text, "sent_at": now().isoformat()}
            _call(channel, document)

        yield Wire(
            channel, write, _no_buttons, lambda: [Seen(json.loads(call.body)["text"]) for call in receiver.calls]
        )


@contextmanager
def webchat() -> Iterator[Wire]:
    channel = make_channel(kind="webchat", slug="chat", config={"origins": [SITE]}, secrets={})
    browser = Browser(channel)

    def write(text: str, payload: str = "") -> None:
        assert browser.write(text, payload=payload).status_code in (200, 201, 202)

    def seen() -> list[Seen]:
        theirs = [one for one in browser.messages()["messages"] if one["from"] != "visitor"]
        return [Seen(one["text"], [(c["title"], c["payload"]) for c in one["choices"]]) for one in theirs]

    yield Wire(channel, write, lambda button: write(*button), seen)


def _no_buttons(button: Button) -> None:
    raise AssertionError("there are no buttons here")


WITH_BUTTONS = (whatsapp, messenger, instagram, telegram, line, viber, webchat)
WITHOUT_BUTTONS = (wechat, x, sms, api)
