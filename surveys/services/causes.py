"""The tree of root causes: made once, grown and pruned by people who lead."""

from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from helpdesk.common.errors import InvalidInput, NotVisible
from helpdesk.common.text import one_line
from surveys.models import RootCause
from surveys.policies.cause_tree import DEEPEST, TREE, stored_name
from tickets.services.actors import Actor


def ensure_causes_after_migrate(**kwargs: Any) -> None:
    """The tree on every database that has our tables (a migration may also have taken them away)."""
    if RootCause._meta.db_table in connection.introspection.table_names():
        ensure_root_causes()


@transaction.atomic
def ensure_root_causes() -> None:
    """Our tree, made when there is no cause at all; what people renamed, moved or switched off stays as it is."""
    if RootCause.objects.exists():
        return
    made: dict[str, RootCause] = {}
    for position, cause in enumerate(TREE.values()):
        # Two processes may migrate a fresh database; the unique key lets one of them make each.
        made[cause.key] = RootCause.objects.get_or_create(
            key=cause.key,
            defaults={
                "parent": made.get(cause.parent),
                "kind": cause.kind,
                "name": stored_name(cause.key),
                "is_systemic": cause.is_systemic,
                "position": position,
            },
        )[0]


@transaction.atomic
def save_cause(
    *,
    actor: Actor,
    cause_id: int | None = None,
    name: str,
    parent_id: int | None = None,
    kind: str = "",
    is_systemic: bool = False,
    description: str = "",
    is_active: bool = True,
    position: int = 0,
) -> RootCause:
    """Add or change a cause. Below another it has the kind of that one, and so has everything below itself.

    Raises InvalidInput "empty_name", "name_taken", "unknown_kind", "cause_in_itself" and "tree_too_deep", NotVisible.
    """
    cause = RootCause() if cause_id is None else _lock(cause_id)
    parent = None if parent_id is None else _lock(parent_id)
    clean = one_line(name).strip()[:120]
    if not clean:
        raise InvalidInput("empty_name", _("Name the cause."), fields={"name": "empty"})
    _check_place(cause, parent)
    if parent is None and kind not in RootCause.Kind.values:
        raise InvalidInput("unknown_kind", _("Choose a kind."), fields={"kind": "unknown"})
    same = RootCause.objects.filter(parent=parent, name__iexact=clean).exclude(pk=cause.pk)
    if same.exists():
        raise InvalidInput("name_taken", _("There is a cause of this name here already."), fields={"name": "taken"})
    cause.parent, cause.name, cause.kind = parent, clean, parent.kind if parent else kind
    cause.is_systemic, cause.description = is_systemic, description
    cause.is_active, cause.position = is_active, position
    cause.save()
    RootCause.objects.filter(pk__in=_below(cause.pk)).exclude(kind=cause.kind).update(kind=cause.kind)
    return cause


def _check_place(cause: RootCause, parent: RootCause | None) -> None:
    depth, above = 1, parent
    while above is not None:
        if cause.pk is not None and above.pk == cause.pk:
            raise InvalidInput("cause_in_itself", _("A cause cannot stand below itself."), fields={"parent": "loop"})
        depth, above = depth + 1, above.parent
    if depth + (_height(cause.pk) if cause.pk else 0) > DEEPEST:
        text = _("The tree has at most %(levels)d levels.") % {"levels": DEEPEST}
        raise InvalidInput("tree_too_deep", text, fields={"parent": "depth"})


def _lock(cause_id: int) -> RootCause:
    cause = RootCause.objects.select_for_update(of=("self",)).select_related("parent").filter(pk=cause_id).first()
    if cause is None:
        raise NotVisible("cause_not_found", _("There is no such cause."))
    return cause


def _below(cause_id: int) -> list[int]:
    """The ids of everything below a cause, level by level; the tree has few levels."""
    found: list[int] = []
    level = [cause_id]
    while level:
        level = list(RootCause.objects.filter(parent__in=level).values_list("pk", flat=True))
        found += level
    return found


def _height(cause_id: int) -> int:
    """How many levels stand below a cause."""
    height, level = 0, [cause_id]
    while level := list(RootCause.objects.filter(parent__in=level).values_list("pk", flat=True)):
        height += 1
    return height
