"""Google reviews: read by polling, answered in public through the Business Profile API."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_app.adapters.base import (
    AdapterError,
    Can,
    ChannelAdapter,
    Finding,
    InboundItem,
    Limits,
    OutboundMessage,
    PollResult,
    RawEvent,
    Receipt,
    SimulatedCall,
    SimulatedTurn,
)
from channels_app.adapters.google_reviews.client import GoogleClient
from channels_app.adapters.google_reviews.forms import GoogleReviewsConfigForm
from channels_app.adapters.google_reviews.parse import parse_reviews, reply_id
from channels_app.adapters.google_reviews.polling import poll_reviews
from channels_app.adapters.google_reviews.simulating import simulate_review
from channels_app.adapters.provider_calls import number_of
from channels_app.adapters.review_values import IDENTITY_KIND, IDENTITY_KINDS, answered_review
from helpdesk.common.clock import now

MAX_REPLY_BYTES = 4096


class GoogleReviewsAdapter(ChannelAdapter):
    """One location of a Business Profile. Google keeps one answer a review: the next one takes its place."""

    kind = "google_reviews"
    label = gettext_lazy("Google reviews")
    identity_kind = IDENTITY_KIND
    other_identity_kinds = IDENTITY_KINDS
    icon = "star"
    summary = gettext_lazy(
        "Reviews of your place in Google Maps and Search, answered in public. Needs a verified Business Profile and a Google "
        "Cloud project whose access to the Business Profile API Google has approved; that takes some days and costs nothing."
    )
    can = Can.SEND | Can.POLL | Can.PUBLIC | Can.IDEMPOTENT_SEND
    config_form = GoogleReviewsConfigForm
    limits = Limits(text=MAX_REPLY_BYTES, public_text=MAX_REPLY_BYTES, unit="bytes", file_bytes={})

    @property
    def _client(self) -> GoogleClient:
        return GoogleClient(self.channel)

    def parse(self, event: RawEvent) -> list[InboundItem]:
        return parse_reviews(event.body, place_url=str(self.channel.config.get("place_url") or ""))

    def poll(self, cursor: Mapping[str, Any]) -> PollResult:
        return poll_reviews(self._client, cursor)

    def send(self, message: OutboundMessage) -> Receipt:
        name = answered_review(message)
        if not name:
            raise AdapterError("no_review", _("There is no review that this would answer."), permanent=True)
        if not self._client.location:
            raise AdapterError("no_location", _("Enter the location first."), permanent=True, concerns_channel=True)
        kept = self._client.put_reply(name, message.text)
        replied_at = kept.get("updateTime")
        return Receipt(external_id=reply_id(name, replied_at if isinstance(replied_at, str) else now().isoformat()))

    def check(self) -> list[Finding]:
        try:
            page = self._client.list_reviews()
        except AdapterError as error:
            advice = _(
                "Compare the location and the credentials with the Google Cloud console and the Business Profile."
            )
            return [Finding(is_ok=False, what=error.message, advice=advice)]
        count = number_of(page.get("totalReviewCount"))
        return [Finding(is_ok=True, what=_("Google shows %(count)d reviews of this location.") % {"count": count})]

    def simulate(self, turn: SimulatedTurn) -> SimulatedCall | None:
        return simulate_review(turn, location=str(self.channel.config.get("location") or "accounts/1/locations/2"))

    def public_link(self) -> str:
        return str(self.channel.config.get("place_url") or "")
