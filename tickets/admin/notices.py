"""What an agent should know before he reads a ticket: the banners above the timeline."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _


@dataclass(frozen=True, kw_only=True)
class Notice:
    """``tone`` is info, warning or danger; ``url`` leads to what the notice speaks of."""

    tone: str
    icon: str
    text: str
    url: str = ""
    link: str = ""


def ticket_notices(ticket: Any) -> list[Notice]:
    """The banners of a ticket, the gravest first."""
    notices = []
    if ticket.merged_into_id:
        number = {"number": ticket.merged_into.number}
        text = _("This ticket was merged into #%(number)s; its messages are there.") % number
        url = reverse("admin:tickets_ticket_change", args=[ticket.merged_into_id])
        notices.append(Notice(tone="info", icon="git-merge", text=text, url=url, link=f"#{ticket.merged_into.number}"))
    if ticket.is_spam:
        text = _("Marked as spam. Nothing is sent, and no figure counts it.")
        notices.append(Notice(tone="danger", icon="shield-alert", text=text))
    code, _colon, detail = ticket.notice.partition(":")
    words = _code_words(code, detail)
    if words:
        notices.append(words)
    if ticket.customer.is_blocked and not ticket.is_spam:
        notices.append(Notice(tone="warning", icon="shield-alert", text=_("This customer is blocked.")))
    if ticket.follow_up_of_id:
        earlier = f"#{ticket.follow_up_of.number}"
        url = reverse("admin:tickets_ticket_change", args=[ticket.follow_up_of_id])
        notices.append(Notice(tone="info", icon="history", text=_("Follow-up of"), url=url, link=earlier))
    return notices


def _code_words(code: str, detail: str) -> Notice | None:
    if code == "not_a_participant":
        text = _(
            "The sender refers to #%(number)s but takes no part in it, so this became a ticket of its own. "
            "Make sure who he is before you tell him anything."
        ) % {"number": detail or "?"}
        return Notice(tone="warning", icon="user-x", text=text)
    if code == "several_from":
        text = _("The first mail names several senders. Look at the address before you answer.")
        return Notice(tone="warning", icon="users", text=text)
    if code == "delivery_failed":
        return Notice(
            tone="danger", icon="circle-alert", text=_("A message could not be delivered. Its reason stands below it.")
        )
    if code == "delivery_unknown":
        text = _("Nobody knows whether a message arrived. Decide below: send it again or leave it.")
        return Notice(tone="warning", icon="circle-help", text=text)
    if code == "address_taken":
        text = _(
            "The customer's new number belongs to another customer here. Compare the two; merge them if they are one person."
        )
        return Notice(tone="warning", icon="users", text=text)
    if code == "call_back":
        return Notice(tone="info", icon="phone", text=_("The customer waits to be called back: see beside the ticket."))
    if code == "snooze_over":
        return Notice(tone="info", icon="alarm-clock", text=_("This was put aside until now."))
    if code == "low_score":
        return Notice(tone="warning", icon="star", text=_("The customer gave a low score. Ask what went wrong."))
    return Notice(tone="info", icon="info", text=code.replace("_", " ")) if code else None
