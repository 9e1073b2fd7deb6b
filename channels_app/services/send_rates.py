"""Keeping to the rates that providers publish, over all senders together, instead of waiting for their refusals."""

import time
from datetime import timedelta

from django.db.models import Q

from channels_app.adapters.base import SendRate
from channels_app.models import Channel
from helpdesk.common.clock import now
from helpdesk.common.errors import TooManyRequests
from helpdesk.core.services import count_and_check

# A sender may wait that long with a message in its hands; beyond it the message goes back and the channel rests.
_LONGEST_WAIT_SECONDS = 2
_MOST_WAITS = 3


def wait_for_turn(*, channel_id: int, rate: SendRate | None) -> None:
    """Return when the channel may send one more message, after a moment where that is near. Call outside any transaction.

    Raises TooManyRequests when the turn is further away; the channel then sends nothing until it comes.
    """
    if rate is None:
        return
    for waits_left in range(_MOST_WAITS, -1, -1):
        try:
            count_and_check(f"send:{channel_id}", limit=rate.messages, window_seconds=rate.seconds)
        except TooManyRequests as refusal:
            if not waits_left or refusal.retry_after_seconds > _LONGEST_WAIT_SECONDS:
                is_free = Q(sending_paused_until=None) | Q(sending_paused_until__lt=now())
                until = now() + timedelta(seconds=refusal.retry_after_seconds)
                Channel.objects.filter(is_free, pk=channel_id).update(sending_paused_until=until)
                raise
            time.sleep(refusal.retry_after_seconds)
        else:
            return
