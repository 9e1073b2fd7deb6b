"""Routing rules at work: which match, what they do, and the decision that says so."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from helpdesk.common.clock import now
from tickets.models import RoutingDecision, Ticket, Trigger
from tickets.policies.action_plans import Outcome, plan
from tickets.policies.conditions import holds, speaking_for
from tickets.selectors.directory import StaffDirectory
from tickets.selectors.routing import Rule, rules_for
from tickets.services.actions import MOST_DEPTH, apply_actions, planned_ticket
from tickets.services.rule_triggers import Chain

if TYPE_CHECKING:
    from tickets.services.triage import Case

logger = logging.getLogger(__name__)

# What speaks to the customer: never in answer to a robot, and at most once in this time, lest two machines talk to each other.
SPEAKING = ("reply", "run_macro")
SPEAKS_EVERY = timedelta(hours=1)
KIND = RoutingDecision.Kind.RULE


def rules_step(case: "Case") -> None:
    """Let every active rule that listens to what has happened look at the ticket, in order, until one stops.

    Each that matches leaves a decision, whether it changes something or not. One that is broken says so and harms no other.
    """
    rules = rules_for([trigger for trigger in case.triggers if trigger != Trigger.TIME])
    if not rules:
        return
    chain = Chain.of(case.items)
    for rule in rules:
        try:
            if not holds(rule.conditions, case.facts):
                continue
            acted = carry_out(case, rule, trigger=_heard(case, rule), chain=chain)
        except Exception as error:
            logger.exception("rule %s failed on ticket %s", rule.pk, case.ticket.pk)
            case.decide(KIND, {"rule": rule.name, "refused": "failed", "error": type(error).__name__}, rule_id=rule.pk)
            continue
        if acted:
            chain = Chain(depth=chain.depth, rules=chain.rules | {rule.pk})
            case.change.chain = chain
            case.forget_facts()
        if rule.stops and not rule.is_dry_run:
            break


def _heard(case: "Case", rule: Rule) -> str:
    return next(trigger for trigger in case.triggers if trigger in rule.triggers)


def carry_out(case: "Case", rule: Rule, *, trigger: str, chain: Chain, occasion: str = "") -> bool:
    """Do what a rule that matches says, or write down why not; returns whether the ticket is another one for it."""
    refused = "too_deep" if chain.depth >= MOST_DEPTH else "acted_before" if rule.pk in chain.rules else ""
    outcomes: list[Outcome] = []
    data: dict[str, Any] = {"rule": rule.name, "held": list(speaking_for(rule.conditions, case.facts))}
    if refused:
        data["refused"] = refused
    elif rule.is_dry_run:
        outcomes = planned_outcomes(
            case.ticket,
            rule.actions,
            StaffDirectory(),
            tags=case.facts.get("tags", ()),
            silence=_silence(case, rule.actions),
        )
    else:
        outcomes = _act(case, rule)
    data["outcomes"] = [outcome.as_data() for outcome in outcomes]
    if rule.stops and not rule.is_dry_run:
        data["stopped"] = True
    case.decide(KIND, data, rule_id=rule.pk, trigger=trigger, is_dry_run=rule.is_dry_run, occasion=occasion)
    has_acted = not rule.is_dry_run and any(outcome.changes for outcome in outcomes)
    if has_acted:
        case.change.tell("rule.applied", {"rule": rule.pk, "trigger": trigger})
    return has_acted


def _act(case: "Case", rule: Rule) -> list[Outcome]:
    silence = _silence(case, rule.actions)
    done: list[Outcome] = []
    for place, action in enumerate(rule.actions):
        if silence and action["do"] in SPEAKING:
            done.append(Outcome(do=action["do"], state="skipped", reason=silence))
            continue
        key = f"rule:{rule.pk}:{case.ticket.pk}:{case.ticket.event_sequence}:{place}"
        done += apply_actions(case.change, [action], why=f"rule:{rule.pk}", key=key)
    return done


def _silence(case: "Case", actions: Sequence[Mapping[str, Any]]) -> str:
    """Why a rule must not speak to the customer now; "" when it may."""
    if not any(action["do"] in SPEAKING for action in actions):
        return ""
    if case.message is not None and case.message.is_auto_reply:
        return "auto_reply"
    since = now() - SPEAKS_EVERY
    spoken = RoutingDecision.objects.filter(ticket=case.ticket, kind=KIND, at__gt=since, is_dry_run=False)
    for data in [*(one.data for one in case.decisions), *spoken.values_list("data", flat=True)]:
        if any(one["do"] in SPEAKING and one["state"] == "done" for one in data.get("outcomes", ())):
            return "spoken_lately"
    return ""


def planned_outcomes(
    ticket: Ticket,
    actions: Sequence[Mapping[str, Any]],
    directory: StaffDirectory,
    *,
    tags: Iterable[str] = (),
    silence: str = "",
) -> list[Outcome]:
    """What would come of actions, without doing them. ``silence``: why the customer must not be spoken to."""
    planned = planned_ticket(ticket, tags=tags)
    return [
        Outcome(do=action["do"], state="skipped", reason=silence)
        if silence and action["do"] in SPEAKING
        else plan(planned, action, directory)
        for action in actions
    ]
