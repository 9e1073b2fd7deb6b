"""Admin pages of channels. Deliveries have theirs in tickets, which files them."""

from channels_app.admin import brand, channel

__all__ = ["brand", "channel"]
