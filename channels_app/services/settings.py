"""Changing what can be changed of a channel without its secrets."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from channels_app.models import Channel
from helpdesk.common.errors import InvalidInput, NotVisible
from helpdesk.common.text import one_line

CHANGEABLE = frozenset({"name", "is_active", "coverage", "position"})


@transaction.atomic
def change_channel(*, channel_id: int, changes: Mapping[str, Any]) -> Channel:
    """Set fields of CHANGEABLE to checked values. Raises NotVisible, InvalidInput naming the field."""
    channel = Channel.objects.select_for_update(of=("self",)).filter(pk=channel_id).first()
    if channel is None:
        raise NotVisible("channel_not_found", _("There is no such channel."))
    for field, value in changes.items():
        if field not in CHANGEABLE:
            text = _("This cannot be changed.")
            raise InvalidInput("unknown_field", text, fields={field: text})
        setattr(channel, field, one_line(value) if isinstance(value, str) else value)
    if changes:
        channel.save(update_fields=list(changes))
    return channel
