"""Macros: an answer and what is done with it, all of it or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.accounts.models import User
from helpdesk.common.clock import now
from helpdesk.common.errors import Conflict, InvalidInput, NotVisible, PermissionRefused
from helpdesk.common.text import one_line
from tickets.models import Macro, Message, QuickReply, Scope, Team
from tickets.policies.action_plans import Outcome
from tickets.policies.actions import ACTIONS, check_actions
from tickets.selectors.library import may_write
from tickets.services.actions import Doing, apply_actions
from tickets.services.actors import Actor
from tickets.services.changes import TicketChange
from tickets.services.locking import lock_active_conversations, lock_ticket
from tickets.services.prepared_answers import answer_with
from tickets.services.written_answers import WrittenAnswer, send_answer

# A macro answers by itself, so that its text is seen before it leaves.
ALLOWED = tuple(name for name in ACTIONS if name != "reply")
# What is left undone without harm: nobody was there to be told, or a person has said otherwise.
HARMLESS = ("nobody_to_tell", "said_by_person", "snoozed_already")

REASONS: dict[str, str | Promise] = {
    "ticket_closed": gettext_lazy("the ticket is closed"),
    "wrong_status": gettext_lazy("the ticket's status does not allow it"),
    "unknown_team": gettext_lazy("there is no such team any more"),
    "unknown_topic": gettext_lazy("there is no such topic any more"),
    "unknown_agent": gettext_lazy("there is no such person any more"),
    "not_available": gettext_lazy("it cannot be done here"),
    "too_deep": gettext_lazy("macros run one another in circles"),
    "macro_not_found": gettext_lazy("there is no such macro any more"),
}


@dataclass(frozen=True, kw_only=True)
class MacroRun:
    """What came of a macro: the message that leaves, if any, and what became of each action."""

    macro: Macro
    message: Message | None
    outcomes: Sequence[Outcome]


@dataclass(frozen=True, kw_only=True)
class GivenMacro:
    """Everything that a macro says; ``actions`` as policies/actions.py reads them."""

    name: str
    scope: str = Scope.PERSONAL
    team_id: int | None = None
    quick_reply_id: int | None = None
    actions: Sequence[Mapping[str, Any]] = ()
    status_after: str = ""
    position: int = 0
    is_active: bool = True


@transaction.atomic
def run_macro(
    *,
    ticket_id: int,
    macro_id: int,
    actor: Actor,
    answer: WrittenAnswer | None = None,
    expected_version: int | None = None,
) -> MacroRun:
    """Answer and do the rest in one transaction: where one part is refused, nothing has happened and nothing leaves.

    ``answer``: what the person has looked at; without it the quick reply is filled in here, and a missing value refuses. Raises
    NotVisible, Stale, what ``reply_to_ticket`` raises, and Conflict ("macro_refused") that names the action and the reason.
    """
    macro = _active(macro_id)
    lock_active_conversations([ticket_id])
    change = TicketChange(lock_ticket(ticket_id, expected_version=expected_version), actor)
    message = None
    if answer is not None:
        message = send_answer(ticket_id=ticket_id, actor=actor, answer=answer)
        change = TicketChange(lock_ticket(ticket_id), actor)
    elif macro.quick_reply_id is not None:
        message = answer_with(change, quick_reply_id=macro.quick_reply_id)
    outcomes = _do_rest(change, macro, key="", depth=0)
    change.save()
    return MacroRun(macro=macro, message=message, outcomes=outcomes)


def run_by_action(doing: Doing, action: Mapping[str, Any]) -> Outcome:
    """The action "run_macro", for rules, time limits and other macros: all of the macro, or it is skipped with the reason."""
    macro = _active(action["macro"])
    if macro.quick_reply_id is not None:
        answer_with(doing.change, quick_reply_id=macro.quick_reply_id)
    outcomes = _do_rest(doing.change, macro, key=doing.key, depth=doing.depth + 1)
    return doing.done(action, macro=macro.pk, outcomes=[outcome.as_data() for outcome in outcomes])


def _active(macro_id: int) -> Macro:
    macro = Macro.objects.filter(pk=macro_id, is_active=True).first()
    if macro is None:
        raise NotVisible("macro_not_found", _("There is no such macro any more."))
    found: Macro = macro
    return found


def _do_rest(change: TicketChange, macro: Macro, *, key: str, depth: int) -> list[Outcome]:
    """The actions and the status afterwards. Raises Conflict for the first that could not be done."""
    actions = [*macro.actions]
    if macro.status_after:
        actions.append({"do": "set_status", "to": macro.status_after})
    change.tell("macro.run", {"macro": macro.pk})
    outcomes = apply_actions(change, actions, why=f"macro:{macro.pk}", key=key, depth=depth)
    for outcome in outcomes:
        if outcome.state == "skipped" and outcome.reason not in HARMLESS:
            reason = REASONS.get(outcome.reason, outcome.reason)
            text = _("“%(macro)s” was not run: it should %(action)s, but %(reason)s. Nothing was sent or changed.")
            words = {"macro": macro.name, "action": ACTIONS[outcome.do].label, "reason": reason}
            raise Conflict("macro_refused", text % words, fields={"action": outcome.do, "reason": outcome.reason})
    Macro.objects.filter(pk=macro.pk).update(use_count=F("use_count") + 1, last_used_at=now())
    return outcomes


def rights_for(macro: Macro) -> set[str]:
    """What a person needs to run it: the rights for each thing that it does."""
    rights = {"tickets.change_ticket"} if macro.actions or macro.status_after else set()
    if macro.quick_reply_id is not None:
        rights.add("tickets.reply_ticket")
    for action in macro.actions:
        rights |= _RIGHTS.get(action["do"], set())
    return rights


_ASSIGN, _MERGE, _REPLY = {"tickets.assign_ticket"}, {"tickets.merge_ticket"}, {"tickets.reply_ticket"}
_RIGHTS: dict[str, set[str]] = {
    "assign_team": _ASSIGN,
    "assign_agent": _ASSIGN,
    "assign_automatically": _ASSIGN,
    "unassign": _ASSIGN,
    "mark_spam": _MERGE,
    "add_note": _REPLY,
    "hand_to_bot": _REPLY,
    "run_macro": _ASSIGN | _MERGE | _REPLY,
}


@transaction.atomic
def create_macro(*, given: GivenMacro, actor: Actor, is_demo: bool = False) -> Macro:
    """Write a new one. Raises InvalidInput with the field ("actions.1.to"), Conflict ("name_taken"), PermissionRefused."""
    given = _checked(given)
    macro = Macro(owner_id=actor.user_id if given.scope == Scope.PERSONAL else None, is_demo=is_demo)
    _refuse_foreign(actor, given.scope, macro.owner_id, given.team_id)
    _store(macro, given, actor)
    return macro


@transaction.atomic
def update_macro(*, macro_id: int, changes: Mapping[str, Any], actor: Actor) -> Macro:
    """Change the named parts (of GivenMacro). Raises NotVisible and what ``create_macro`` raises."""
    macro = _locked(macro_id)
    _refuse_foreign(actor, macro.scope, macro.owner_id, macro.team_id)
    before = macro_as_given(macro)
    given = _checked(replace(before, **changes))
    if (given.scope, given.team_id) != (before.scope, before.team_id):
        macro.owner_id = actor.user_id if given.scope == Scope.PERSONAL else None
        _refuse_foreign(actor, given.scope, macro.owner_id, given.team_id)
    _store(macro, given, actor)
    return macro


@transaction.atomic
def delete_macro(*, macro_id: int, actor: Actor) -> None:
    """Remove one; rules that would run it skip it from then on. Raises NotVisible, PermissionRefused."""
    macro = _locked(macro_id)
    _refuse_foreign(actor, macro.scope, macro.owner_id, macro.team_id)
    macro.delete()


def check_macro(*, given: GivenMacro, actor: Actor, macro_id: int | None = None) -> None:
    """Raise what writing it (in place of ``macro_id``) would raise; nothing is written."""
    given = _checked(given)
    stored = Macro.objects.filter(pk=macro_id).first() if macro_id else None
    macro = Macro(pk=macro_id, owner_id=actor.user_id if given.scope == Scope.PERSONAL else None)
    if stored is not None and (stored.scope, stored.team_id) == (given.scope, given.team_id):
        macro.owner_id = stored.owner_id
    _refuse_foreign(actor, given.scope, macro.owner_id, given.team_id)
    _fill(macro, given, actor)


def macro_as_given(macro: Macro) -> GivenMacro:
    """What a stored one says."""
    return GivenMacro(**{field.name: getattr(macro, field.name) for field in fields(GivenMacro)})


def _locked(macro_id: int) -> Macro:
    macro = Macro.objects.select_for_update().filter(pk=macro_id).first()
    if macro is None:
        raise NotVisible("macro_not_found", _("There is no such macro."))
    found: Macro = macro
    return found


def _refuse_foreign(actor: Actor, scope: str, owner_id: int | None, team_id: int | None) -> None:
    if actor.kind == "system":
        return
    user = User.objects.filter(pk=actor.user_id).first()
    if user is None or not may_write(user, "macro", scope=scope, owner_id=owner_id, team_id=team_id):
        raise PermissionRefused("not_yours_to_write", _("Your role does not let you write this for others."))


def _checked(given: GivenMacro) -> GivenMacro:
    given = replace(given, name=one_line(given.name), team_id=given.team_id if given.scope == Scope.TEAM else None)
    if not 1 <= len(given.name) <= 120:
        raise _wrong("name", _("Write 1 to %(most)d characters.") % {"most": 120})
    if given.scope not in Scope.values:
        raise _wrong("scope", _("It is for one person, a team or everybody."))
    if given.scope == Scope.TEAM and not Team.objects.filter(pk=given.team_id or 0).exists():
        raise _wrong("team_id", _("Choose the team that it is for."))
    if given.status_after not in Macro.StatusAfter.values:
        raise _wrong("status_after", _("Choose one of the values that are offered."))
    try:
        actions = check_actions(list(given.actions), allowed=ALLOWED)
    except InvalidInput as error:
        named = {f"actions.{place}" if place != "actions" else place: text for place, text in error.fields.items()}
        raise InvalidInput(error.code, error.message, fields=named) from error
    if not actions and not given.status_after and given.quick_reply_id is None:
        raise _wrong("actions", _("A macro answers, does something, or both."))
    return replace(given, actions=actions)


def _store(macro: Macro, given: GivenMacro, actor: Actor) -> None:
    _fill(macro, given, actor)
    macro.save()


def _fill(macro: Macro, given: GivenMacro, actor: Actor) -> None:
    for field in fields(GivenMacro):
        setattr(macro, field.name, getattr(given, field.name))
    macro.actions = [dict(action) for action in given.actions]
    _refuse_unseen_answer(macro, actor)
    _refuse_unseen_macros(macro, actor)
    taken = Macro.objects.exclude(pk=macro.pk or 0)
    if taken.filter(Q(scope=macro.scope, owner_id=macro.owner_id, team_id=macro.team_id, name=macro.name)).exists():
        raise Conflict("name_taken", _("There is a macro of this name already."), fields={"name": "taken"})


def _refuse_unseen_answer(macro: Macro, actor: Actor) -> None:
    """Whoever finds the macro must find its answer as well: a shared macro does not answer with a personal text."""
    if macro.quick_reply_id is None:
        return
    chosen = _seen_by(actor, QuickReply).filter(pk=macro.quick_reply_id).first()
    if chosen is None:
        raise _wrong("quick_reply_id", _("There is no such quick reply."))
    if not _is_wide_enough(macro, chosen):
        raise _wrong("quick_reply_id", _("Choose an answer that everybody who finds this macro may use."))


def _refuse_unseen_macros(macro: Macro, actor: Actor) -> None:
    """The same for the macros that it runs: their answers leave with it."""
    for place, action in enumerate(macro.actions):
        if action["do"] == "run_macro":
            chosen = _seen_by(actor, Macro).filter(pk=action["macro"]).first()
            if chosen is None or not _is_wide_enough(macro, chosen):
                raise _wrong(f"actions.{place}.macro", _("Choose a macro that everybody who finds this one may run."))


def _seen_by(actor: Actor, model: type[Macro] | type[QuickReply]) -> Any:
    user = User.objects.filter(pk=actor.user_id).first() if actor.kind != "system" else None
    return model.objects.visible_to(user) if user is not None else model.objects.all()


def _is_wide_enough(macro: Macro, chosen: Macro | QuickReply) -> bool:
    return (
        chosen.scope == Scope.SHARED
        or macro.scope == Scope.PERSONAL
        or (macro.scope == Scope.TEAM and chosen.scope == Scope.TEAM and chosen.team_id == macro.team_id)
    )


def _wrong(field: str, text: str) -> InvalidInput:
    return InvalidInput("invalid_macro", text, fields={field: text})
