"""The admin pages of tickets and all that belongs to them."""

from tickets.admin import customer, inbound_event, organization, tag, team, ticket

__all__ = ["customer", "inbound_event", "organization", "tag", "team", "ticket"]
