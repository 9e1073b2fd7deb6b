"""Taking quick replies out and in again: idempotent by scope, folder and title, with a dry run and the faults by their lines."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from helpdesk.accounts.models import User
from helpdesk.common.errors import HelpdeskError, InvalidInput
from tickets.models import QuickReply, QuickReplyFolder, Scope, Team, Topic
from tickets.policies.reply_files import SEPARATOR, Entry, Fault, Wording, read_file
from tickets.services.actors import Actor
from tickets.services.quick_replies import (
    GivenReply,
    GivenVariant,
    create_quick_reply,
    quick_reply_as_given,
    update_quick_reply,
)

DEEPEST_FOLDER = 10
MOST_FAULTS = 200


@dataclass(frozen=True, kw_only=True)
class ImportReport:
    """What an import has done, or what it would do: numbers, the titles that are new, and the first 200 faults by their lines."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    new_titles: Sequence[str] = ()
    faults: Sequence[Fault] = field(default_factory=tuple)


def import_quick_replies(*, content: bytes, actor: Actor, is_dry_run: bool) -> ImportReport:
    """File the entries of a JSON or CSV file; a line that is at fault is left out and told, the others are taken.

    What is there already (scope, team, folder, title) is changed to what the file says; the same file twice changes nothing. Variants
    that the file does not name stay. A dry run goes through all of it and keeps nothing. Raises InvalidInput for an unreadable file.
    """
    entries, faults = read_file(content)
    with transaction.atomic():
        report = _import_all(entries, list(faults), actor)
        transaction.set_rollback(is_dry_run)
    return report


def _import_all(entries: Sequence[Entry], faults: list[Fault], actor: Actor) -> ImportReport:
    counts = {"created": 0, "updated": 0, "unchanged": 0}
    new_titles = []
    topics, teams = _topic_paths(), {team.name: team.pk for team in Team.objects.all()}
    for entry in entries:
        try:
            with transaction.atomic():
                outcome = _import_one(entry, topics, teams, actor)
        except HelpdeskError as error:
            faults.append(Fault(line=entry.line, message=error.message))
            continue
        counts[outcome] += 1
        if outcome == "created":
            new_titles.append(entry.title)
    return ImportReport(
        new_titles=new_titles, faults=sorted(faults, key=lambda fault: fault.line)[:MOST_FAULTS], **counts
    )


def _import_one(entry: Entry, topics: dict[str, int], teams: dict[str, int], actor: Actor) -> str:
    team_id = None
    if entry.scope == Scope.TEAM:
        team_id = teams.get(entry.team)
        if team_id is None:
            raise InvalidInput("unknown_team", _("There is no team “%(name)s”.") % {"name": entry.team})
    unknown = [name for name in entry.topics if name not in topics]
    if unknown:
        raise InvalidInput("unknown_topic", _("There is no topic “%(name)s”.") % {"name": unknown[0]})
    folder_id = _folder(entry.folder, actor)
    owner_id = actor.user_id if entry.scope == Scope.PERSONAL else None
    place: dict[str, Any] = {"scope": entry.scope, "owner_id": owner_id, "team_id": team_id, "folder_id": folder_id}
    stored = QuickReply.objects.filter(title=entry.title.strip(), **place).first()
    given = GivenReply(
        title=entry.title,
        text=entry.text,
        scope=entry.scope,
        team_id=team_id,
        folder_id=folder_id,
        shortcut=entry.shortcut,
        language=entry.language,
        topic_ids=[topics[name] for name in entry.topics],
        is_active=entry.is_active,
        variants=_variants(entry, stored),
    )
    if stored is None:
        create_quick_reply(given=given, actor=actor)
        return "created"
    before = quick_reply_as_given(stored)
    changes = {part.name: getattr(given, part.name) for part in fields(GivenReply)}
    after = quick_reply_as_given(update_quick_reply(quick_reply_id=stored.pk, changes=changes, actor=actor))
    return "unchanged" if after == before else "updated"


def _variants(entry: Entry, stored: QuickReply | None) -> list[GivenVariant]:
    """The file's variants over those that are there."""
    found = {}
    if stored is not None:
        found = {(one.language, one.channel_kind): one for one in quick_reply_as_given(stored).variants}
    for one in entry.variants:
        found[one.language, one.channel_kind] = GivenVariant(
            language=one.language, channel_kind=one.channel_kind, text=one.text
        )
    return list(found.values())


def _folder(path: str, actor: Actor) -> int | None:
    """The folder of a path, made where it is not there and the actor may make folders."""
    folder_id = None
    names = [name.strip() for name in path.split(SEPARATOR) if name.strip()]
    if len(names) > DEEPEST_FOLDER or any(len(name) > 100 for name in names):
        raise InvalidInput("invalid_folder", _("The folder's path is too long."))
    for name in names:
        folder = QuickReplyFolder.objects.filter(parent_id=folder_id, name=name).first()
        if folder is None:
            if not _may_make_folders(actor):
                raise InvalidInput("unknown_folder", _("There is no folder “%(name)s”.") % {"name": path})
            folder = QuickReplyFolder.objects.create(parent_id=folder_id, name=name)
        folder_id = folder.pk
    return folder_id


def _may_make_folders(actor: Actor) -> bool:
    if actor.kind == "system":
        return True
    user = User.objects.filter(pk=actor.user_id).first()
    return user is not None and user.has_perm("tickets.add_quickreplyfolder")


def _topic_paths() -> dict[str, int]:
    topics = {topic.pk: topic for topic in Topic.objects.all()}
    return {_path(topic, topics): pk for pk, topic in topics.items()}


def _path(row: Any, rows: dict[int, Any]) -> str:
    names, seen = [row.name], {row.pk}
    while row.parent_id in rows and row.parent_id not in seen:
        row = rows[row.parent_id]
        seen.add(row.pk)
        names.append(row.name)
    return SEPARATOR.join(reversed(names))


def exported_quick_replies(user: Any) -> list[Entry]:
    """All that somebody may see, in a fixed order, as files say it."""
    folders = {folder.pk: folder for folder in QuickReplyFolder.objects.all()}
    topics = {topic.pk: topic for topic in Topic.objects.all()}
    rows = QuickReply.objects.visible_to(user).select_related("team").prefetch_related("variants", "topics")
    return [
        Entry(
            line=number,
            title=row.title,
            text=row.text,
            scope=row.scope,
            team=row.team.name if row.team is not None else "",
            folder=_path(folders[row.folder_id], folders) if row.folder_id is not None else "",
            shortcut=row.shortcut,
            language=row.language,
            topics=tuple(sorted(_path(topic, topics) for topic in row.topics.all())),
            is_active=row.is_active,
            variants=tuple(
                Wording(language=one.language, channel_kind=one.channel_kind, text=one.text)
                for one in row.variants.all()
            ),
        )
        for number, row in enumerate(rows.order_by("scope", "title", "pk"), start=1)
    ]
