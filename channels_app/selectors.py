"""Questions about channels that several apps ask."""

import re
from dataclasses import dataclass
from time import monotonic

from django.conf import settings
from django.utils.translation import gettext as _

from channels_app.models import Channel
from channels_app.registry import adapter_for
from helpdesk.common.errors import HelpdeskError

_SCHEME = re.compile(r"^(mailto|tel|sms):")
_FRESH_SECONDS = 15.0
_known: tuple[float, frozenset[str]] = (float("-inf"), frozenset())


@dataclass(frozen=True, kw_only=True)
class ReachableChannel:
    """A channel as customers may find it: its name, the label and icon of its kind, and the link that opens it."""

    id: int
    name: str
    kind: str
    label: str
    icon: str
    link: str
    coverage: str
    brand: str

    @property
    def address(self) -> str:
        """What of the link people read and write down: a mail address or a number; "" for a web address."""
        return _SCHEME.sub("", self.link) if _SCHEME.match(self.link) else ""


def reachable_channels() -> list[ReachableChannel]:
    """The channels of the contact page in the team's order: active, listed, no trial, and with a link that leads there."""
    listed = Channel.objects.filter(is_active=True, is_listed=True, is_simulated=False, is_demo=False)
    found = []
    for channel in listed.select_related("brand"):
        try:
            adapter = adapter_for(channel)
        except HelpdeskError:  # its kind is gone, or its secrets cannot be read
            continue
        link = adapter.public_link()
        if link:
            found.append(
                ReachableChannel(
                    id=channel.pk,
                    name=channel.name,
                    kind=channel.kind,
                    label=str(adapter.label),
                    icon=adapter.icon,
                    link=link,
                    coverage=channel.coverage,
                    brand=channel.brand.name,
                )
            )
    return found


def better_channels(channel_id: int) -> list[ReachableChannel]:
    """Where customers of this channel get a fast answer instead: fully covered ones, at most three."""
    full = Channel.Coverage.FULL
    return [one for one in reachable_channels() if one.coverage == full and one.id != channel_id][:3]


def lines_to_better_channels(channel_id: int) -> list[str]:
    """One line a better channel, with its address as people read it; the contact page where there is none."""
    found = better_channels(channel_id)
    if not found:
        return [f"{settings.SITE_URL.rstrip('/')}/contact/"]
    return [f"{one.label}: {_SCHEME.sub('', one.link)}" for one in found]


def bio_text(channel_id: int) -> str:
    """A sentence for the profile of a channel that is not fully covered, in the active language."""
    channels = " · ".join(lines_to_better_channels(channel_id))
    return _("Questions? We answer fastest here: %(channels)s") % {"channels": channels}


def own_mail_addresses() -> frozenset[str]:
    """Every address that one of our e-mail channels has, normalised; at most 15 seconds old."""
    global _known
    if monotonic() - _known[0] > _FRESH_SECONDS:
        addresses: set[str] = set()
        for channel in Channel.objects.filter(kind="email", is_active=True).select_related("brand"):
            try:
                addresses |= adapter_for(channel).own_addresses()
            except HelpdeskError:
                # A channel whose secrets cannot be read still has its address.
                addresses.add(str(channel.config.get("address", "")).lower())
        _known = (monotonic(), frozenset(filter(None, addresses)))
    return _known[1]


def forget_own_mail_addresses() -> None:
    """Read them anew at the next question (a channel was changed; tests)."""
    global _known
    _known = (float("-inf"), frozenset())
