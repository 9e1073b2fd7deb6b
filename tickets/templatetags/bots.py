"""Whether the workspace has anything to show about bots and the language model."""

from django import template

from tickets.selectors.bots import bots_at_work
from tickets.services.llm import is_on

register = template.Library()


@register.simple_tag
def has_bot_card() -> bool:
    """True where a bot is on, or the language model helps agents; kept in the process for a few seconds."""
    return bool(bots_at_work()) or is_on("draft") or is_on("summary")
