"""Providers' calls: how many a second are accepted (verified, stored, committed, answered) and then filed."""

import hashlib
import hmac
import io
import itertools
import json
import secrets
from typing import Any

import psycopg
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection

from bench.jobs.ingest import connection_parameters
from bench.measuring import Compared, backend_pid, compare
from bench.table import Row
from channels_app.adapters.base import SimulatedCall, SimulatedTurn
from channels_app.models import Channel, InboundEvent
from channels_app.registry import adapter_for
from channels_app.services.trying import create_trial_channel, signed_request
from helpdesk.common.clock import now
from tickets.services.processing import process_event

BLOCK = 200
PEOPLE = 100
_RAW = (
    "INSERT INTO channels_app_inboundevent (channel_id, dedup_key, headers, meta, content_type, body, body_file, size, source, "
    "received_at, state, attempts, reason, reason_code) VALUES (%s, %s, %s, '{}', 'application/json', %s, '', %s, 'webhook', "
    "now(), 'processed', 0, '', '') ON CONFLICT DO NOTHING RETURNING id"
)


class Webhooks:
    """Signed calls of one messaging provider, through the product's own door and straight into the table."""

    def __init__(self) -> None:
        self.channel = create_trial_channel(kind="whatsapp")
        self._other = create_trial_channel(kind="whatsapp")
        self._application = WSGIHandler()
        self._serial = itertools.count(secrets.randbits(40))
        self._raw = psycopg.connect(**connection_parameters(), autocommit=True)
        self._backends = (self._raw.info.backend_pid, backend_pid())

    def accept(self) -> Compared:
        """Processor time per call, product against signature, JSON and one INSERT."""
        return compare(reference=self._accept_raw, ours=self._accept, backends=self._backends)

    def process(self) -> Compared:
        """Processor time per stored call until it is filed, against the raw acceptance."""
        return compare(reference=self._accept_raw, ours=self._process, backends=self._backends)

    def _call(self, channel: Channel) -> tuple[Any, SimulatedCall]:
        adapter = adapter_for(channel)
        serial = next(self._serial)
        turn = SimulatedTurn(
            person=serial % PEOPLE,
            name=f"Person {serial % PEOPLE}",
            text="Where is my parcel?",
            serial=serial,
            at=now(),
        )
        call = adapter.simulate(turn)
        if call is None:
            raise RuntimeError("this kind has no simulator")
        return adapter, call

    def _accept(self) -> int:
        for _number in range(BLOCK):
            adapter, call = self._call(self.channel)
            status = _post(self._application, signed_request(adapter, call), self.channel)
            if status != "200 OK":
                raise RuntimeError(f"the webhook answered {status}")
        return BLOCK

    def _accept_raw(self) -> int:
        for _number in range(BLOCK):
            adapter, call = self._call(self._other)
            request = signed_request(adapter, call)
            expected = hmac.new(b"a secret", request.body, hashlib.sha256).hexdigest()
            hmac.compare_digest(expected, request.headers.get("x-hub-signature-256", ""))
            json.loads(request.body)
            headers = json.dumps(dict(request.headers))
            digest = hashlib.sha256(request.body).digest()
            self._raw.execute(_RAW, [self._other.pk, digest, headers, request.body, len(request.body)], prepare=True)
        return BLOCK

    def _process(self) -> int:
        waiting = InboundEvent.objects.filter(channel=self.channel, state="received").order_by("pk")
        ids = list(waiting.values_list("pk", flat=True)[:BLOCK])
        for event_id in ids:
            process_event(event_id=event_id)
        return len(ids)


def _post(application: WSGIHandler, request: Any, channel: Channel) -> str:
    told: list[str] = []
    environment = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": f"/hooks/{channel.kind}/{channel.uuid}/",
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": io.StringIO(),
        "CONTENT_LENGTH": str(len(request.body)),
        "CONTENT_TYPE": request.headers["content-type"],
        **{
            f"HTTP_{name.upper().replace('-', '_')}": value
            for name, value in request.headers.items()
            if name != "content-type"
        },
    }
    answer = application(environment, lambda status, headers, *_rest: told.append(status) or (lambda data: None))  # type: ignore[func-returns-value]
    answer.close()
    # The handler closes connections that are too old between requests; the meter looks at one.
    connection.ensure_connection()
    return told[0]


def rows() -> list[Row]:
    """Two lines: accepting and filing."""
    job = Webhooks()
    accepted, processed = job.accept(), job.process()
    return [_row("webhook accepted", accepted), _row("webhook filed (message on a known ticket)", processed)]


def _row(name: str, found: Compared) -> Row:
    return Row(
        job=name,
        ours=f"{found.ours_ms:.2f} ms CPU ({1000 / found.ours_wall_ms:.0f}/s)",
        reference=f"{found.reference_ms:.2f} ms, signature + INSERT",
        ratio=f"{found.ratio:.1f}x",
    )
