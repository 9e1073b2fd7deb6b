"""When a customer whom a ticket waits for is to be reminded: planned with the change that makes it wait."""

from datetime import timedelta
from typing import Any, NamedTuple

from helpdesk.common.clock import now
from helpdesk.common.remembered import Remembered
from helpdesk.core.models import SiteSettings
from helpdesk.core.services import read_site_settings
from tickets.models import Ticket


class Rhythm(NamedTuple):
    """``remind_after`` None: nobody is reminded. ``resolve_after`` None: silence resolves nothing."""

    remind_after: timedelta | None
    most: int
    resolve_after: timedelta | None

    def reminds(self, reminders: int) -> bool:
        """Whether the next step after so many reminders is another one."""
        return self.remind_after is not None and reminders < self.most

    def next_step(self, reminders: int) -> timedelta | None:
        """How long to wait for the next step after so many reminders; None when there is none."""
        return self.remind_after if self.reminds(reminders) else self.resolve_after


def _load() -> Rhythm:
    site = read_site_settings()
    return Rhythm(site.remind_after, site.most_reminders, site.resolve_silent_after)


current_rhythm = Remembered(_load)
current_rhythm.forget_on_change(SiteSettings)


def reminder_columns(ticket: Ticket, *, status_before: str | None) -> dict[str, Any]:
    """What to set on a ticket whose status has changed from ``status_before``; empty where nothing changes."""
    if ticket.status == status_before:
        return {}
    if ticket.status != Ticket.Status.PENDING:
        return {"remind_at": None} if ticket.remind_at is not None else {}
    wait = current_rhythm().next_step(0)
    if wait is None:
        return {}
    return {"remind_at": now() + wait, "reminder_count": 0}
