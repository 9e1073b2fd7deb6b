"""Removing the demo and generated loads: every row, every file, and nothing that belongs to real work."""

import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import F, Model, ProtectedError, Q, QuerySet

from channels_app.models import Brand, Channel
from channels_app.selectors import forget_own_mail_addresses
from helpdesk.accounts.models import User
from helpdesk.demo.content import people as cast
from helpdesk.load.generation import LOAD_AGENTS, LOAD_BRAND, LOAD_TEAMS
from reporting.services.facts import remove_demo_figures
from tickets.models import (
    Article,
    Customer,
    Macro,
    Organization,
    QuickReply,
    QuickReplyFolder,
    QuickReplyUse,
    Tag,
    Team,
    Ticket,
    Topic,
)  # fmt: skip
from tickets.services.actors import Actor
from tickets.services.merging import unmerge_ticket

logger = logging.getLogger(__name__)

_STATEMENTS = Path(__file__).with_name("removal.sql")
_STEP = re.compile(r"^-- step: (\w+)$", re.MULTILINE)
_PREPARING = ("lists", "files", "loosen")
# From here on it pays to index for a moment the keys that nothing else looks up: each deleted row asks who refers to it.
_MANY_TICKETS = 2000
_INDEXES = {
    "demo_removal_follow_up": "tickets_ticket (follow_up_of_id)",
    "demo_removal_event": "tickets_message (inbound_event_id)",
    "demo_removal_author": "tickets_message (author_identity_id)",
    "demo_removal_participant": "tickets_conversationparticipant (identity_id)",
    "demo_removal_redirect": "tickets_conversation (redirected_from_id)",
    "demo_removal_notification": "tickets_notification (ticket_id)",
    "demo_removal_triage": "tickets_triageitem (message_id)",
    "demo_removal_bot": "tickets_botsession (pending_message_id)",
    "demo_removal_summary": "tickets_botsession (summary_id)",
    "demo_removal_part": "tickets_message (part_of_id)",
}


@dataclass(kw_only=True)
class Removed:
    """How many rows of what went, and the names of what stayed because real work refers to it."""

    counts: dict[str, int] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)

    @property
    def is_nothing(self) -> bool:
        return not any(self.counts.values())


@transaction.atomic
def remove_demo() -> Removed:
    """Remove all that is marked as demo. Safe to repeat: where there is no demo, nothing happens.

    A real ticket that was merged with a demo ticket is separated first. Agents, teams, tags, organisations and brands of the demo
    stay when somebody real uses them. Files go after the commit.
    """
    removed = Removed()
    if not Channel.objects.filter(is_demo=True).exists() and not Ticket.objects.filter(is_demo=True).exists():
        return removed
    _separate_merged()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL helpdesk.purge = 'on'")
        steps = _STEP.split(_STATEMENTS.read_text(encoding="utf-8"))
        texts = dict(zip(steps[1::2], steps[2::2], strict=True))
        cursor.execute(texts["lists"])
        cursor.execute(texts["files"])
        files = [key for (key,) in cursor.fetchall()]
        cursor.execute(texts["loosen"])
        _forget_admin_log()
        is_large = Ticket.objects.filter(is_demo=True).count() > _MANY_TICKETS
        if is_large:
            cursor.execute("; ".join(f"CREATE INDEX {name} ON {columns}" for name, columns in _INDEXES.items()))
        for name in list(texts)[len(_PREPARING) :]:
            cursor.execute(texts[name])
            removed.counts[name] = cursor.rowcount
        # What the deletions have to prove is proved here, with the indexes still there.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        if is_large:
            cursor.execute("; ".join(f"DROP INDEX {name}" for name in _INDEXES))
        cursor.execute("SET LOCAL helpdesk.purge = 'off'")
    removed.counts["figures"] = remove_demo_figures()
    _remove_surroundings(removed)
    removed.counts["files"] = len(files)
    transaction.on_commit(partial(_delete_files, files), robust=True)
    transaction.on_commit(forget_own_mail_addresses)
    return removed


def _separate_merged() -> None:
    """Give both sides of a merge across the border their own messages back."""
    across = Ticket.objects.filter(merged_into__isnull=False).exclude(is_demo=F("merged_into__is_demo"))
    for ticket_id in list(across.order_by("-id").values_list("pk", flat=True)):
        unmerge_ticket(ticket_id=ticket_id, actor=Actor.system())


def _forget_admin_log() -> None:
    """The admin's own log of changes to demo rows: their names stand in it."""
    for model, table in ((Ticket, "demo_ticket"), (Customer, "demo_customer"), (Channel, "demo_channel")):
        with connection.cursor() as cursor:
            cursor.execute(
                f"DELETE FROM {LogEntry._meta.db_table} WHERE content_type_id = %s "  # noqa: S608  our own names
                f"AND object_id IN (SELECT id::text FROM {table})",
                [ContentType.objects.get_for_model(model).pk],
            )


def _remove_surroundings(removed: Removed) -> None:
    """Channels, people and labels of the demo: each by itself, because real work may have taken it up."""
    demo_names = [agent.username for agent in cast.AGENTS] + LOAD_AGENTS
    kinds: list[tuple[str, QuerySet]] = [
        ("articles", Article.objects.filter(is_demo=True)),
        ("macros", Macro.objects.filter(is_demo=True, use_count=0)),
        ("quick_replies", _unused_replies(demo_names)),
        ("folders", QuickReplyFolder.objects.filter(is_demo=True, quick_replies__isnull=True, children__isnull=True)),
        ("channels", Channel.objects.filter(is_demo=True)),
        ("brands", Brand.objects.filter(name__in=[cast.BRAND, LOAD_BRAND])),
        ("organizations", _unused(Organization.objects.filter(name__in=cast.ORGANIZATIONS), "customers")),
        ("tags", _unused(Tag.objects.filter(name__in=cast.TAGS), "tickets")),
        ("topics", _unused(Topic.objects.filter(name__in=cast.TOPICS.values()), "tickets")),
        ("teams", _without_strangers(Team.objects.filter(name__in=[*cast.TEAMS, *LOAD_TEAMS]), demo_names)),
        # A password that works means that a person has taken the account over.
        ("agents", User.objects.filter(username__in=demo_names, password__startswith="!")),  # noqa: S106  the mark of an unusable one
    ]
    for name, rows in kinds:
        removed.counts[name] = sum(_remove(row, removed) for row in rows)


def _unused(rows: QuerySet, users: str) -> QuerySet:
    return rows.filter(**{f"{users}__isnull": True})


def _unused_replies(demo_names: Iterable[str]) -> QuerySet:
    """Without those that somebody real has answered with, or has taken into a macro of his own."""
    of_people = QuickReplyUse.objects.exclude(user__username__in=list(demo_names)).values("quick_reply")
    return QuickReply.objects.filter(is_demo=True).exclude(pk__in=of_people)


def _without_strangers(teams: QuerySet, demo_names: Iterable[str]) -> QuerySet:
    strangers = Q(memberships__isnull=False) & ~Q(memberships__user__username__in=list(demo_names))
    return teams.exclude(pk__in=teams.filter(strangers).values("pk"))


def _remove(row: Model, removed: Removed) -> bool:
    name = str(row)
    try:
        with transaction.atomic():
            row.delete()
    except ProtectedError:
        removed.kept.append(name)
        return False
    return True


def _delete_files(keys: list[str]) -> None:
    for key in keys:
        try:
            default_storage.delete(key)
        except OSError:
            # The sweep for files that nobody refers to comes back to it.
            logger.warning("the file %s could not be deleted", key)
