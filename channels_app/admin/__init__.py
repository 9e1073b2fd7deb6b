"""Admin pages of channels. Deliveries have theirs in tickets, which files them."""

from channels_app.admin import brand, channel, message_template

__all__ = ["brand", "channel", "message_template"]
