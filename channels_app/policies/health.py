"""How a channel is doing, in words that say what to do."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# A poller that skipped one turn is busy; after so many turns somebody should look.
TURNS_BEFORE_LATE = 5
LEAST_PATIENCE = timedelta(minutes=3)
WAITING_TOO_LONG = timedelta(minutes=2)
EXPIRY_ANNOUNCED = timedelta(days=14)


@dataclass(frozen=True, kw_only=True)
class ChannelFacts:
    """What is known of a channel. Times are UTC; ``oldest_waiting_at``: the oldest delivery that nobody has filed."""

    is_active: bool
    is_polled: bool
    poll_every: timedelta
    failures: int
    last_ok_at: datetime | None
    last_delivery_at: datetime | None
    oldest_waiting_at: datetime | None
    is_simulated: bool = False
    sending_paused_until: datetime | None = None
    paused_reason: str = ""
    credentials_expire_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Health:
    """``word`` for the badge, ``tone`` for its colour, ``advice`` for the person in front of it ("" where none is needed)."""

    word: str | Promise
    tone: str
    advice: str | Promise = ""


def health_of(facts: ChannelFacts, *, at: datetime) -> Health:
    """The first of these that holds: paused, a trial, failing, credentials at their end, behind, late, untried, working."""
    if not facts.is_active:
        return Health(word=_("paused"), tone="quiet", advice=_("Nothing is fetched or accepted until it is resumed."))
    if facts.is_simulated:
        return Health(word=_("trial"), tone="accent", advice=_("Customers are made up, and nothing leaves."))
    # Without a reason it only rests a moment, to keep to the provider's rate.
    if facts.paused_reason and facts.sending_paused_until is not None and facts.sending_paused_until > at:
        return Health(
            word=_("sending paused"),
            tone="danger",
            advice=_("Replies wait and none is lost. Correct what the error says, then press “Resume”."),
        )
    if facts.credentials_expire_at is not None and facts.credentials_expire_at - at < EXPIRY_ANNOUNCED:
        return _expiring(facts.credentials_expire_at, at)
    if facts.is_polled and facts.failures:  # once nothing is polled, what failed then is history
        return Health(
            word=_("failing"),
            tone="danger",
            advice=_("Open the channel, read the error, correct the settings, then press “Test connection”."),
        )
    if facts.oldest_waiting_at and at - facts.oldest_waiting_at > WAITING_TOO_LONG:
        return Health(
            word=_("behind"),
            tone="warning",
            advice=_("Deliveries wait to be filed. See on the timetable whether “File what came in” runs."),
        )
    if facts.is_polled and facts.last_ok_at is None:
        return Health(word=_("not tried yet"), tone="accent", advice=_("Press “Test connection”."))
    patience = max(LEAST_PATIENCE, facts.poll_every * TURNS_BEFORE_LATE)
    if facts.is_polled and facts.last_ok_at and at - facts.last_ok_at > patience:
        return Health(
            word=_("late"), tone="warning", advice=_("It was not polled in time. See whether the worker and beat run.")
        )
    if not facts.is_polled and facts.last_delivery_at is None:
        return Health(word=_("nothing received yet"), tone="accent", advice=_("Send a first message to it."))
    return Health(word=_("working"), tone="success")


def _expiring(expires_at: datetime, at: datetime) -> Health:
    if expires_at <= at:
        return Health(
            word=_("credentials expired"),
            tone="danger",
            advice=_("Make new ones at the provider, enter them here, then press “Test connection”."),
        )
    return Health(
        word=_("credentials expire soon"),
        tone="warning",
        advice=_("They end within 14 days. Make new ones at the provider and enter them here."),
    )
