"""The menu of other ways to reach the team: what the public contact page lists."""

from typing import Any

from channels_app.models import Channel
from channels_app.registry import adapter_for, kinds
from helpdesk.common.errors import HelpdeskError

MOST = 12


def other_channels(channel: Channel) -> list[dict[str, Any]]:
    """The listed, active channels of the same brand beside this one that have an address, in the team's order."""
    found = []
    others = Channel.objects.select_related("brand").filter(
        brand=channel.brand_id, is_active=True, is_listed=True, is_simulated=False, kind__in=kinds()
    )
    for other in others.exclude(pk=channel.pk).order_by("position", "name")[:MOST]:
        try:
            adapter = adapter_for(other)
            link = adapter.public_link()
        except HelpdeskError:
            continue
        if link.startswith(("https://", "http://", "mailto:", "tel:", "sms:")):
            found.append({"kind": other.kind, "label": str(adapter.label), "name": other.name, "link": link})
    return found
