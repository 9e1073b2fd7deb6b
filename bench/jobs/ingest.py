"""Inbound mail: stored, read, filed, against one SQL function that stores the same on the same tables."""

import hashlib
import itertools
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench.mails import SyntheticMail, mails
from bench.measuring import Compared, Meter, backend_pid, compare
from bench.table import Row
from channels_app.adapters.base import RawEvent
from channels_app.models import Channel, InboundEvent
from channels_app.services.channels import create_channel
from channels_app.services.storing import store_events
from tickets.models import Message, Ticket
from tickets.models.message import external_digest
from tickets.services.filed import Filed
from tickets.services.processing import process_event

FLOOR, AMBITION = 0.10, 0.40
BLOCK = 200
REPLAYED = 1000


class Ingest:
    """Both sides, each with its own channel and its own endless stream of mail."""

    def __init__(self) -> None:
        self.channel = _channel("bench-ours")
        self._raw_channel = _channel("bench-raw")
        self._mails, self._raw_mails = mails(10**7, seed=1), mails(10**7, seed=2)
        self._connection = psycopg.connect(**connection_parameters(), autocommit=True)
        self._connection.execute(Path(__file__).parents[1].joinpath("raw.sql").read_text())
        self._backends = (self._connection.info.backend_pid, backend_pid())

    def compare(self) -> Compared:
        """Processor time per mail, product against function."""
        return compare(reference=self._file_raw, ours=self._file, backends=self._backends)

    def queries_of_reply(self) -> int:
        """Statements of a mail that answers in a known thread, those sent together counted one by one."""
        while True:
            mail = next(self._mails)
            with CaptureQueriesContext(connection) as captured:
                filed = ingest(self.channel, self.as_bytes(mail))
            if filed[0].outcome == "appended":
                return sum(
                    query["sql"].count(";\n") + 1 for query in captured if query["sql"] not in ("BEGIN", "COMMIT")
                )

    def as_bytes(self, mail: SyntheticMail) -> bytes:
        return mail.as_bytes(str(self.channel.config["address"]))

    def _file(self) -> int:
        for mail in itertools.islice(self._mails, BLOCK):
            ingest(self.channel, self.as_bytes(mail))
        return BLOCK

    def _file_raw(self) -> int:
        for mail in itertools.islice(self._raw_mails, BLOCK):
            self._connection.execute(CALL, raw_arguments(self._raw_channel, mail), prepare=True)
        return BLOCK


CALL = f"SELECT bench_ingest({', '.join(['%s'] * 14)})"


def raw_arguments(channel: Channel, mail: SyntheticMail) -> tuple[Any, ...]:
    """What ``bench_ingest`` of raw.sql takes for one mail; its file is in storage already."""
    raw = mail.as_bytes(str(channel.config["address"]))
    file: tuple[Any, ...] = (None, None, None, None)
    if mail.attachment is not None:
        key = default_storage.save(f"bench/{mail.message_id}", ContentFile(mail.attachment))
        file = ("file.pdf", key, len(mail.attachment), hashlib.sha256(mail.attachment).hexdigest())
    return (
        channel.pk, mail.sender, mail.name, mail.subject, mail.message_id, external_digest(mail.message_id),
        external_digest(mail.parent or ""), hashlib.sha256(raw).digest(), mail.text, raw, *file,
    )  # fmt: skip


def ingest(channel: Channel, raw: bytes) -> list[Filed]:
    """One mail through the public entry: stored in one commit, then claimed, read and filed in another."""
    filed: list[Filed] = []
    for event_id in store_events(channel=channel, events=[RawEvent(body=raw, source="smtp")]):
        filed += process_event(event_id=event_id)
    return filed


def rows(job: Ingest, label: str) -> tuple[Row, Compared]:
    """The line of one comparison."""
    found = job.compare()
    rate = 1 / found.ratio
    row = Row(
        job=f"ingest, {label}",
        ours=f"{found.ours_ms:.2f} ms CPU ({1000 / found.ours_wall_ms:.0f}/s)",
        reference=f"{found.reference_ms:.2f} ms, SQL function",
        ratio=f"{rate:.0%} of its rate",
        floor=f">= {FLOOR:.0%}",
        ambition=f">= {AMBITION:.0%}",
        met=rate >= FLOOR,
        queries=str(job.queries_of_reply()),
    )
    return row, found


def growth_row(small: Compared, large: Compared, label: str) -> Row:
    """Does a mail cost more where there are many already? The function's own growth in the same run stands beside it."""
    growth, raw_growth = small.ours_ms / large.ours_ms, small.reference_ms / large.reference_ms
    return Row(
        job=f"ingest, rate with {label} / rate on a fresh database",
        ours=f"{growth:.2f}",
        reference=f"{raw_growth:.2f}, SQL function",
        ratio="",
        floor=">= 0.80",
        ambition=">= 0.95",
        met=growth >= 0.8,
    )


def replay_row(job: Ingest) -> Row:
    """The same 1,000 mails twice; the second time nothing may be stored."""
    raw = [job.as_bytes(mail) for mail in mails(REPLAYED, seed=3)]
    first = _timed(job.channel, raw)
    before = _counts()
    second = _timed(job.channel, raw)
    new = sum(_counts()) - sum(before)
    ratio = first.cpu / second.cpu
    return Row(
        job=f"replay of the same {REPLAYED} mails",
        ours=f"{second.cpu / REPLAYED * 1000:.2f} ms CPU, {new} new rows",
        reference=f"{first.cpu / REPLAYED * 1000:.2f} ms, first time",
        ratio=f"{ratio:.1f}x its rate",
        floor="0 rows, >= 1x",
        ambition=">= 2x",
        met=new == 0 and ratio >= 1,
    )


def _timed(channel: Channel, raw: list[bytes]) -> Meter:
    with Meter(backend_pid()) as meter:
        for mail in raw:
            ingest(channel, mail)
    return meter


def _counts() -> tuple[int, int, int]:
    return InboundEvent.objects.count(), Message.objects.count(), Ticket.objects.count()


def _channel(slug: str) -> Channel:
    address = f"{slug}@desk.example"
    return create_channel(kind="email", slug=slug, config={"address": address}, secrets={}, brand_name="Bench")


def connection_parameters() -> dict[str, Any]:
    """How to reach the database of the run beside Django's own connection."""
    database = settings.DATABASES["default"]
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    return {key: database[name] for key, name in names.items() if database.get(name)}
