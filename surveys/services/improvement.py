"""What is done about a topic, an agent or a cause that makes customers unhappy: who, until when, and whether it helped.

A note about an agent is a coaching note: only people who coach write one, and few read it (``CorrectiveAction.visible_to``).
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Avg, Count, F, Q
from django.utils.translation import gettext as _

from helpdesk.accounts.models import User
from helpdesk.common.clock import now
from helpdesk.common.errors import InvalidInput, NotVisible, PermissionRefused
from helpdesk.core.services import read_site_settings
from surveys.models import CorrectiveAction, Response, RootCause
from surveys.services import recovery_actions
from surveys.services.recovery_actions import checked_action, page_of, tell_action_owner
from tickets.models import Topic
from tickets.services.actors import Actor
from tickets.services.notifying import Notice, notify_many

# How long before and after an action votes are counted.
WINDOW = timedelta(days=90)
SCORED_EVERY = timedelta(days=1)
BATCH = 500

_ABOUT: Mapping[str, Any] = {
    "topic_id": Topic.objects,
    "agent_id": User.objects.filter(is_active=True),
    "root_cause_id": RootCause.objects,
}


@transaction.atomic
def add_improvement(
    *,
    title: str,
    owner_id: int,
    due_on: date,
    actor: Actor,
    text: str = "",
    topic_id: int | None = None,
    agent_id: int | None = None,
    root_cause_id: int | None = None,
) -> CorrectiveAction:
    """Add an action about a topic, an agent or a cause, with the score of the 90 days before; its owner is told.

    Raises InvalidInput "invalid_action" with the field (also unless it is about exactly one), "unknown_owner", PermissionRefused
    "may_not_coach" and "may_not_mend".
    """
    given = {"topic_id": topic_id, "agent_id": agent_id, "root_cause_id": root_cause_id}
    about = {name: pk for name, pk in given.items() if pk is not None}
    if len(about) != 1:
        raise InvalidInput("invalid_action", _("Say what it is about."), fields={"about": "one"})
    ((name, pk),) = about.items()
    _check_rights(actor, name)
    if not _ABOUT[name].filter(pk=pk).exists():
        raise InvalidInput("invalid_action", _("Say what it is about."), fields={"about": "unknown"})
    values = checked_action(title, owner_id, due_on, text)
    moment = now()
    action: CorrectiveAction = CorrectiveAction.objects.create(
        **about, **values, created_by_id=actor.user_id, **_score(name, pk, moment - WINDOW, moment, "before")
    )
    tell_action_owner(action, actor)
    return action


def change_improvement(*, action_id: int, actor: Actor, **changes: Any) -> CorrectiveAction:
    """As ``recovery_actions.change_action``, for who may change it. Raises PermissionRefused "not_yours" as well."""
    check_may_change(action_id, actor)
    return recovery_actions.change_action(action_id=action_id, actor=actor, **changes)


def finish_improvement(*, action_id: int, result: str, actor: Actor) -> CorrectiveAction:
    """It is done: from now on the votes after it are counted; of a cause, every customer who waits for it is told (sweep).

    Raises as ``recovery_actions.finish_action``, and PermissionRefused "not_yours".
    """
    check_may_change(action_id, actor)
    return recovery_actions.finish_action(action_id=action_id, result=result, actor=actor)


def cancel_improvement(*, action_id: int, actor: Actor) -> CorrectiveAction:
    """Leave it out. Raises as ``recovery_actions.cancel_action``, and PermissionRefused "not_yours"."""
    check_may_change(action_id, actor)
    return recovery_actions.cancel_action(action_id=action_id, actor=actor)


def check_may_change(action_id: int, actor: Actor) -> None:
    """Raises NotVisible for an action that the actor may not see, PermissionRefused "not_yours" for one that he may not change."""
    user = User.objects.filter(pk=actor.user_id, is_active=True).first()
    action = CorrectiveAction.objects.visible_to(user).filter(pk=action_id).first() if user is not None else None
    if action is None:
        raise NotVisible("action_not_found", _("There is no such action."))
    if not may_change(action, user):
        raise PermissionRefused("not_yours", _("Its owner or a lead changes it."))


def may_change(action: CorrectiveAction, user: Any) -> bool:
    """Its owner may; of a coaching note also who coaches, of a cause who may change causes, of the rest who may change actions."""
    if not user.has_perm("surveys.change_correctiveaction"):
        return False
    if action.owner_id is not None and action.owner_id == user.pk:
        return True
    if action.agent_id is not None:
        return bool(user.has_perm("surveys.coach_agent"))
    return action.root_cause_id is None or bool(user.has_perm("surveys.change_rootcause"))


def score_done_actions() -> int:
    """Count the votes after actions that are done (sweep); returns how many were counted.

    Each is counted once a day until the 90 days are over and once after that; then its score stays as it is.
    """
    moment = now()
    due = Q(scored_at=None) | Q(scored_at__lte=moment - SCORED_EVERY) | Q(done_at__lte=moment - WINDOW)
    actions = (
        CorrectiveAction.objects.filter(due, done_at__isnull=False, cancelled_at=None)
        .filter(Q(topic__isnull=False) | Q(agent__isnull=False))
        .exclude(scored_at__gte=F("done_at") + WINDOW)
        .order_by(F("scored_at").asc(nulls_first=True), "pk")
    )
    rows = list(actions.values_list("pk", "topic_id", "agent_id", "done_at")[:BATCH])
    for pk, topic_id, agent_id, done_at in rows:
        assert done_at is not None  # the filter says so
        name, about = ("topic_id", topic_id) if topic_id is not None else ("agent_id", agent_id)
        score = _score(name, about, done_at, min(moment, done_at + WINDOW), "after")
        CorrectiveAction.objects.filter(pk=pk).update(**score, scored_at=moment)
    return len(rows)


@transaction.atomic
def warn_of_late_actions() -> int:
    """Tell the owner, once for each day that was named, that it has passed (sweep); without an owner whoever wrote it down.

    Returns how many actions were late. Days are those of the site.
    """
    today = now().astimezone(ZoneInfo(read_site_settings().time_zone)).date()
    late = list(
        CorrectiveAction.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(done_at=None, cancelled_at=None, due_on__lt=today)
        .exclude(warned_for=F("due_on"))
        .filter(Q(case=None) | Q(case__closed_at=None, case__is_demo=False))
        .select_related("case")
        .order_by("due_on", "pk")[:BATCH]
    )
    notify_many([notice for action in late if (notice := _late_notice(action)) is not None])
    CorrectiveAction.objects.filter(pk__in=[action.pk for action in late]).update(warned_for=F("due_on"))
    return len(late)


def _late_notice(action: CorrectiveAction) -> Notice | None:
    person = action.owner_id or (action.case.owner_id if action.case is not None else None) or action.created_by_id
    if person is None or action.due_on is None:
        return None
    day = action.due_on.isoformat()
    ticket_id = action.case.ticket_id if action.case is not None else None
    data = {"case": action.case_id, "action": action.pk, "text": action.title, "due_on": day}
    return Notice(
        user_id=person, kind="improvement_late", key=f"improvement_late:{action.pk}:{day}",
        ticket_id=ticket_id, by_mail=True, data=data if ticket_id is not None else data | {"path": page_of(action.pk)},
    )  # fmt: skip


def _check_rights(actor: Actor, name: str) -> None:
    user = User.objects.filter(pk=actor.user_id, is_active=True).first()
    if name == "agent_id" and (user is None or not user.has_perm("surveys.coach_agent")):
        raise PermissionRefused("may_not_coach", _("You may not write coaching notes."))
    if name == "root_cause_id" and (user is None or not user.has_perm("surveys.change_rootcause")):
        raise PermissionRefused("may_not_mend", _("You may not add actions to a root cause."))


def _score(name: str, about: int, since: datetime, until: datetime, when: str) -> dict[str, Any]:
    """Mean rating (1.0 to 10.0, None without a vote) and number of the rated votes of that time; none for a cause, whose cases are counted.

    Votes about a topic are those that had it when they were given; those of an agent are about contacts that he answered last in.
    """
    if name == "root_cause_id":
        return {}
    votes = Response.objects.filter(**{name: about}, answered_at__gte=since, answered_at__lt=until, is_demo=False)
    found = votes.aggregate(mean=Avg("rating"), count=Count("rating"))
    return {f"score_{when}": found["mean"], f"votes_{when}": found["count"]}
