"""How bytes come in and go out: Brand, Channel, InboundEvent."""

from channels_app.models.brand import Brand
from channels_app.models.channel import Channel
from channels_app.models.inbound import InboundEvent

__all__ = ["Brand", "Channel", "InboundEvent"]
