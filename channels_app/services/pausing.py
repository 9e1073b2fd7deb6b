"""Stopping and starting a channel."""

from django.db import transaction

from channels_app.models import Channel
from channels_app.selectors import forget_own_mail_addresses


def pause_channel(*, channel_id: int) -> None:
    """Fetch and accept nothing more on the channel; what is stored is still filed."""
    Channel.objects.filter(pk=channel_id).update(is_active=False)
    transaction.on_commit(forget_own_mail_addresses)


def resume_channel(*, channel_id: int) -> None:
    """Take the channel up again at once, whatever pause its failures had earned it."""
    Channel.objects.filter(pk=channel_id).update(
        is_active=True,
        next_poll_at=None,
        consecutive_failures=0,
        send_failures=0,
        sending_paused_until=None,
        paused_reason="",
    )
    transaction.on_commit(forget_own_mail_addresses)
