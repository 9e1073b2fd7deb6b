"""What the contact page says of each channel: opening state, usual reply time, and where to go instead."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import segno
from django.core.cache import cache
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from channels_app.selectors import ReachableChannel, reachable_channels
from helpdesk.common.clock import now
from helpdesk.common.icons import picture
from reporting.selectors.reply_times import usual_reply_seconds
from tickets.policies.business_time import Week, is_open, next_opening
from tickets.selectors.hours import weeks_of_channels

USUAL_OVER_DAYS = 30
_REMEMBERED_SECONDS = 600
# Links that a phone opens and a desk computer does not: a picture brings them over.
_SHOWN_AS_PICTURE = (
    "https://wa.me/",
    "https://weixin.qq.com/",
    "https://u.wechat.com/",
    "https://line.me/",
    "viber://",
    "tel:",
    "sms:",
)


@dataclass(frozen=True, kw_only=True)
class ContactEntry:
    """One channel on the page. ``opens_at``: when it opens next, None while it is open or always is."""

    channel: ReachableChannel
    icon: SafeString
    is_open: bool
    opens_at: datetime | None
    usual_reply: str
    qr_code: SafeString


def contact_entries(*, at: datetime | None = None) -> list[ContactEntry]:
    """The active channels in the team's order."""
    moment = at or now()
    channels = reachable_channels()
    weeks = weeks_of_channels([channel.id for channel in channels])
    usual = _usual_replies()
    return [_entry(channel, weeks[channel.id], usual, moment) for channel in channels]


def _entry(channel: ReachableChannel, week: Week | None, usual: Mapping[int, float], at: datetime) -> ContactEntry:
    is_there = week is None or is_open(week, at=at)
    return ContactEntry(
        channel=channel,
        icon=picture(channel.icon),
        is_open=is_there,
        opens_at=None if is_there or week is None else next_opening(week, at=at),
        usual_reply=reply_words(usual.get(channel.id)),
        qr_code=_qr_code(channel.link) if channel.link.startswith(_SHOWN_AS_PICTURE) else SafeString(""),
    )


def _usual_replies() -> Mapping[int, float]:
    known: Mapping[int, float] | None = cache.get("contact:usual-replies")
    if known is None:
        known = usual_reply_seconds(since=now() - timedelta(days=USUAL_OVER_DAYS))
        cache.set("contact:usual-replies", known, _REMEMBERED_SECONDS)
    return known


def reply_words(seconds: float | None) -> str:
    """A usual reply time as customers say it, rounded up to what is kept; nothing where too little is known."""
    if seconds is None:
        return ""
    minutes = seconds / 60
    if minutes <= 5:
        return _("Usually answers within 5 minutes")
    if minutes <= 60:
        return _("Usually answers within an hour")
    hours = -(-int(minutes) // 60)
    if hours <= 24:
        return ngettext("Usually answers within %(hours)d hour", "Usually answers within %(hours)d hours", hours) % {
            "hours": hours
        }
    days = -(-hours // 24)
    return ngettext("Usually answers within %(days)d day", "Usually answers within %(days)d days", days) % {
        "days": days
    }


def _qr_code(link: str) -> SafeString:
    """The link as a picture; drawn by a library from the link alone, so that nothing in it is markup."""
    drawn = segno.make(link, error="m", micro=False)
    return SafeString(
        drawn.svg_inline(scale=4, border=2, dark="#111111", light="#ffffff", svgclass="hd-qr", lineclass=None)
    )
