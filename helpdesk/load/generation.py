"""Generating a load: the rows of N tickets and their messages, written by a few set-based statements."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from django.contrib.auth.models import Group
from django.db import connection, transaction

from channels_app.models import Channel
from channels_app.services.channels import create_channel
from helpdesk.accounts.models import User
from helpdesk.load.words import Words
from tickets.models import Team
from tickets.policies.search_terms import indexed_terms

LOAD_AGENTS = [f"load.agent{number}" for number in range(10)]
LOAD_TEAMS = ["Load team 1", "Load team 2"]
LOAD_BRAND = "Load"
CHANNELS = 4
PARAGRAPHS = 5000
WORDS_PER_PARAGRAPH = 40
_STATEMENTS = Path(__file__).with_name("load.sql")
_STEP = re.compile(r"^-- step: (\w+)$", re.MULTILINE)
_COMMENT = re.compile(r"^\s*--.*$", re.MULTILINE)
_NAME = re.compile(r"(?<!:):([a-z]+)\b")


@dataclass(frozen=True, kw_only=True)
class Load:
    """What was written, and how long it took."""

    tickets: int
    messages: int
    events: int
    seconds: float


@transaction.atomic
def generate_load(
    *, customers: int, tickets: int, messages: int, say: Callable[[str], None] = lambda text: None
) -> Load:
    """Write ``tickets`` tickets of ``customers`` customers with about ``messages`` messages over the last two years.

    Hot columns, events, search index and outbox states are what the services would have left. Everything is marked as demo. Facts
    follow with the next run of their follower.
    """
    started = monotonic()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; SET LOCAL work_mem = '256MB'")
        _write_paragraphs()
        run = _write_actors()
        numbers = {
            "customers": customers,
            "tickets": tickets,
            "extra": max(0.0, messages / tickets - 1),
            "paragraphs": PARAGRAPHS,
            "run": run,
        }
        steps = _STEP.split(_STATEMENTS.read_text(encoding="utf-8"))
        for name, text in zip(steps[1::2], steps[2::2], strict=True):
            begun = monotonic()
            cursor.execute(*_with_numbers(text, numbers))
            say(f"{name}: {monotonic() - begun:.1f} s")
        cursor.execute("SELECT (SELECT count(*) FROM load_message), (SELECT count(*) FROM load_event)")
        message_count, event_count = cursor.fetchone()
    return Load(tickets=tickets, messages=message_count, events=event_count, seconds=round(monotonic() - started, 1))


def refresh_statistics() -> None:
    """Let the planner know what is there; call after the commit, or the first queries are planned for empty tables."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("RESET statement_timeout")


def _with_numbers(text: str, numbers: dict[str, float | int]) -> tuple[str, list[float | int]]:
    """The statements with placeholders for their :names, and the values in their order."""
    bare = _COMMENT.sub("", text).replace("%", "%%")
    values = [numbers[name] for name in _NAME.findall(bare)]
    return _NAME.sub("%s", bare), values


def _write_paragraphs() -> None:
    """The texts that messages are put together from, with their search vectors as the product itself would make them."""
    words = Words(seed=11)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE load_paragraph (number int PRIMARY KEY, text text, vector tsvector) ON COMMIT DROP"
        )
        with cursor.copy("COPY load_paragraph (number, text, vector) FROM STDIN") as copy:
            for number in range(1, PARAGRAPHS + 1):
                text = words.text(WORDS_PER_PARAGRAPH)
                copy.write_row((number, text, " ".join(f"'{term}'" for term in indexed_terms(text))))


def _write_actors() -> int:
    """Agents, teams and channels of this load; returns a number that tells this run's addresses from another's."""
    run = Channel.objects.filter(slug__startswith="load-").count()
    agents = [User.objects.get_or_create(username=name, defaults={"is_staff": True})[0] for name in LOAD_AGENTS]
    for agent in agents:
        agent.set_unusable_password()
        agent.save(update_fields=["password"])
        agent.groups.add(Group.objects.get(name="agent"))
    teams = [Team.objects.get_or_create(name=name)[0] for name in LOAD_TEAMS]
    channels = [_make_channel(f"load-{run + number}") for number in range(CHANNELS)]
    _list_ids("load_agent", [agent.pk for agent in agents])
    _list_ids("load_team", [team.pk for team in teams])
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE load_channel (number int, id bigint, address text) ON COMMIT DROP")
        for number, channel in enumerate(channels, start=1):
            cursor.execute(
                "INSERT INTO load_channel VALUES (%s, %s, %s)", [number, channel.pk, channel.config["address"]]
            )
    return run


def _make_channel(slug: str) -> Channel:
    address = f"{slug}@load.example"
    return create_channel(
        kind="email", slug=slug, config={"address": address}, secrets={}, brand_name=LOAD_BRAND, is_demo=True
    )


def _list_ids(table: str, ids: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE {table} (number int, id bigint) ON COMMIT DROP")
        for number, key in enumerate(ids, start=1):
            cursor.execute(f"INSERT INTO {table} VALUES (%s, %s)", [number, key])  # noqa: S608  our own table names
