"""The circuit breaker of a channel: what its sends came to decides whether more are tried."""

from django.db.models import F

from channels_app.adapters.base import AdapterError
from channels_app.models import Channel
from channels_app.policies.breaker import sending_pause
from helpdesk.common.clock import now


def record_send_success(*, channel_id: int) -> None:
    """The provider took a message: failures are forgotten. Writes only where there were any."""
    Channel.objects.filter(pk=channel_id, send_failures__gt=0).update(
        send_failures=0, sending_paused_until=None, paused_reason=""
    )


def record_send_failure(*, channel_id: int, error: AdapterError) -> None:
    """The provider failed, asked for a pause, or refused our credentials; what it says about one message alone does not count."""
    if error.permanent and not error.concerns_channel:
        record_send_success(channel_id=channel_id)  # it answers: only this message was at fault
        return
    Channel.objects.filter(pk=channel_id).update(send_failures=F("send_failures") + 1)
    failures = Channel.objects.values_list("send_failures", flat=True).get(pk=channel_id)
    pause = sending_pause(
        failures=failures,
        asked_seconds=error.retry_after_seconds,
        is_refused=error.concerns_channel and error.permanent,
    )
    if pause:
        Channel.objects.filter(pk=channel_id).update(
            sending_paused_until=now() + pause,
            paused_reason=error.message[:500],
            last_error=error.message[:2000],
            last_error_at=now(),
        )


def resume_sending(*, channel_id: int) -> None:
    """Try again at once: somebody has put right what was wrong."""
    Channel.objects.filter(pk=channel_id).update(send_failures=0, sending_paused_until=None, paused_reason="")
