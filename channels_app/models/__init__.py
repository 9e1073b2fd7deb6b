"""How bytes come in and go out: Brand, Channel, InboundEvent, MessageTemplate."""

from channels_app.models.brand import Brand
from channels_app.models.channel import Channel
from channels_app.models.inbound import InboundEvent
from channels_app.models.template import MessageTemplate

__all__ = ["Brand", "Channel", "InboundEvent", "MessageTemplate"]
