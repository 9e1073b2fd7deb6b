"""What a provider decided on a message template."""

from channels_app.adapters.base import InboundItem, TemplateChanged
from channels_app.models import Channel, InboundEvent
from channels_app.services.templates import record_template_state
from tickets.services.filed import Filed


def file_template_change(channel: Channel, item: InboundItem, event: InboundEvent | None) -> Filed | None:
    """Keep the new state of a template that is here; one that is not comes with the next sync. Runs in the transaction of intake."""
    if not isinstance(item, TemplateChanged):
        return None
    is_known = record_template_state(channel_id=channel.pk, change=item)
    return Filed(outcome="changed") if is_known else Filed(outcome="ignored", reason="unknown_template")
