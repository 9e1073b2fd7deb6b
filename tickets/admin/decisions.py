"""Beside the conversation: why the ticket is where it is - what rules, topics, assignment and bots decided, and why others did not."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from tickets.admin.doors import AgentRequest
from tickets.admin.routing_decision import decision_title
from tickets.decision_words import decision_told
from tickets.models import RoutingDecision, Ticket
from tickets.policies.conditions import speaking_against
from tickets.rule_words import Names, condition_words
from tickets.selectors.routing import active_rules
from tickets.services.facts import TicketFacts

SHOWN = 20


def decisions(request: AgentRequest, ticket: Ticket) -> HttpResponse:
    """The newest decisions, and of the rules in force those that have not matched: what speaks against them now."""
    names = Names()
    seen = RoutingDecision.objects.visible_to(request.user).filter(ticket=ticket).select_related("rule")
    rows = list(seen.order_by("-id")[: SHOWN + 1])
    context = {
        "decisions": [_shown(decision, names) for decision in rows[:SHOWN]],
        "has_more": len(rows) > SHOWN,
        "others": _rules_against(ticket, {decision.rule_id for decision in rows}, names),
        "ticket": ticket,
    }
    return render(request, "tickets/decisions.html", context)


def _shown(decision: RoutingDecision, names: Names) -> dict[str, Any]:
    told = decision_told(decision.kind, decision.data, names)
    return {"at": decision.at, "title": decision_title(decision), "told": told}


def _rules_against(ticket: Ticket, matched: set[int | None], names: Names) -> list[tuple[str, str]]:
    """(rule, why it would not match now) of those that have not."""
    facts = TicketFacts(ticket)
    found = []
    for rule in active_rules():
        if rule.pk in matched:
            continue
        try:
            against = speaking_against(rule.conditions, facts)
            words = "; ".join(_("not: %(what)s") % {"what": condition_words(one, names)} for one in against[:3])
        except Exception:
            words = _("its conditions cannot be read")
        found.append((rule.name, words or _("what it waits for has not happened")))
    return found
