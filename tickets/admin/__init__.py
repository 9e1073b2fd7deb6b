"""The admin pages of tickets and all that belongs to them."""

from tickets.admin import (
    business_hours,
    customer,
    inbound_event,
    organization,
    public_text,
    review,
    routing_decision,
    routing_rule,
    score_weights,
    sla_policy,
    tag,
    team,
    ticket,
    topic,
    triage_item,
)

__all__ = [
    "business_hours",
    "customer",
    "inbound_event",
    "organization",
    "public_text",
    "review",
    "routing_decision",
    "routing_rule",
    "score_weights",
    "sla_policy",
    "tag",
    "team",
    "ticket",
    "topic",
    "triage_item",
]
