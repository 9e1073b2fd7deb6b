"""The admin pages of tickets and all that belongs to them."""

from tickets.admin import (
    business_hours,
    customer,
    inbound_event,
    organization,
    public_text,
    review,
    sla_policy,
    tag,
    team,
    ticket,
)

__all__ = [
    "business_hours",
    "customer",
    "inbound_event",
    "organization",
    "public_text",
    "review",
    "sla_policy",
    "tag",
    "team",
    "ticket",
]
