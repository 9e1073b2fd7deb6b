"""A believable stream of customers over every channel, into a product that is running. Their tickets are demo."""

import http.client
import secrets
import smtplib
import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from urllib.parse import urlencode, urlsplit

from channels_app.adapters.base import AdapterError, Can, ChannelAdapter, SimulatedCall, SimulatedTurn
from channels_app.models import Channel
from channels_app.policies.trial_people import PEOPLE, person_of, words_for
from channels_app.registry import adapter_for, kinds
from channels_app.services.trying import act_as_customer, create_trial_channel, possible_acts, signed_request
from helpdesk.common.clock import now
from helpdesk.common.errors import HelpdeskError

_TIMEOUT_SECONDS = 10.0
# People write far more than they send pictures, and rarely call.
_WEIGHTS = {"text": 12, "image": 2, "location": 1, "voice": 1, "comment": 4, "review": 3, "call": 2}


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One thing that a made-up customer did, and what the product said to it ("200", "stored" or what went wrong)."""

    kind: str
    act: str
    name: str
    text: str
    answer: str
    is_ok: bool


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where the product listens: the address of its web server, and the port of its SMTP listener on this machine."""

    url: str
    smtp_port: int


def trial_channels() -> list[Channel]:
    """One trial channel for every kind, made where there is none yet."""
    known = {c.kind: c for c in Channel.objects.filter(is_simulated=True, is_active=True).order_by("-pk")}
    return [known.get(kind) or create_trial_channel(kind=kind) for kind in kinds()]


def stream(target: Target, random: Random) -> Iterator[Delivery]:
    """Endless deliveries, over all kinds in turn. A refused one is told like any other."""
    channels = [(channel, possible_acts(channel)) for channel in trial_channels()]
    while True:
        for channel, acts in random.sample(channels, len(channels)):
            if acts:
                yield deliver(channel, random.choices(acts, [_WEIGHTS[act] for act in acts])[0], target, random)


def deliver(channel: Channel, act: str, target: Target, random: Random) -> Delivery:
    """Let one made-up customer do something, the way the provider would bring it here."""
    person = random.randrange(len(PEOPLE))
    name, text = person_of(person), words_for(act, random)
    adapter = adapter_for(channel)
    turn = SimulatedTurn(act=act, person=person, name=name, text=text, serial=secrets.randbits(44), at=now())
    is_ok = False
    try:
        call = adapter.simulate(turn)
        if Can.WEBHOOK in adapter.can and call is not None:
            is_ok, answer = _post(adapter, call, target.url)
        elif channel.kind == "email" and call is not None:
            is_ok, answer = _mail(call, str(channel.config["address"]), target.smtp_port)
        else:
            is_ok, answer = True, _store(channel, turn)
    except (OSError, http.client.HTTPException, smtplib.SMTPException, AdapterError, HelpdeskError) as error:
        answer = f"{type(error).__name__}: {error}"
    return Delivery(kind=channel.kind, act=act, name=name, text=text, answer=answer, is_ok=is_ok)


def _post(adapter: ChannelAdapter, call: SimulatedCall, url: str) -> tuple[bool, str]:
    request = signed_request(adapter, call)
    server = urlsplit(url)
    is_tls = server.scheme == "https"
    connection_class = http.client.HTTPSConnection if is_tls else http.client.HTTPConnection
    connection = connection_class(server.hostname or "127.0.0.1", server.port, timeout=_TIMEOUT_SECONDS)
    path = urlsplit(adapter.webhook_url).path
    try:
        connection.request(
            "POST",
            f"{path}?{urlencode(request.query)}" if request.query else path,
            body=request.body,
            headers=dict(request.headers),
        )
        answer = connection.getresponse()
        answer.read()
    finally:
        connection.close()
    return answer.status < 300, str(answer.status)


def _mail(call: SimulatedCall, address: str, port: int) -> tuple[bool, str]:
    with smtplib.SMTP("127.0.0.1", port, local_hostname="customer.example", timeout=_TIMEOUT_SECONDS) as server:
        with suppress(socket.timeout):
            server.sendmail("person@customer.example", [address], call.body)
        return True, "250"


def _store(channel: Channel, turn: SimulatedTurn) -> str:
    act_as_customer(channel_id=channel.pk, act=turn.act, person=turn.person, name=turn.name, text=turn.text)
    return "stored"
