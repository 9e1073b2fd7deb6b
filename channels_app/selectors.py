"""Questions about channels that several apps ask."""

from time import monotonic

from channels_app.models import Channel
from channels_app.registry import adapter_for
from helpdesk.common.errors import HelpdeskError

_FRESH_SECONDS = 15.0
_known: tuple[float, frozenset[str]] = (float("-inf"), frozenset())


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
