"""Reviews of every other site: from its feed, or from a table that somebody hands in."""

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
    OutboundMessage,
    ParseError,
    PollResult,
    RawEvent,
    Receipt,
    ReviewReceived,
    SimulatedCall,
    SimulatedTurn,
)
from channels_app.adapters.review_feed.forms import ReviewFeedConfigForm
from channels_app.adapters.review_feed.parse import parse_body
from channels_app.adapters.review_feed.polling import fetch_feed, poll_feed
from channels_app.adapters.review_feed.settings import FeedSettings
from channels_app.adapters.review_feed.simulating import simulate_entry
from channels_app.adapters.review_values import IDENTITY_KIND, IDENTITY_KINDS


class ReviewFeedAdapter(ChannelAdapter):
    """In only: a feed says what was written and has no way back."""

    kind = "review_feed"
    label = gettext_lazy("Reviews by feed or file")
    identity_kind = IDENTITY_KIND
    other_identity_kinds = IDENTITY_KINDS
    icon = "star"
    summary = gettext_lazy(
        "Reviews of any site that has an RSS or Atom feed or exports a table. Needs no account. They are read and worked on here, "
        "and answered at the site itself."
    )
    can = Can.POLL
    config_form = ReviewFeedConfigForm

    @property
    def _url(self) -> str:
        return str(self.channel.config.get("feed_url") or "")

    @property
    def is_polled(self) -> bool:
        return bool(self._url)

    def parse(self, event: RawEvent) -> list[InboundItem]:
        return parse_body(event.body, event.content_type, FeedSettings.of(self.channel.config))

    def poll(self, cursor: Mapping[str, Any]) -> PollResult:
        if not self._url:
            raise AdapterError("no_feed", _("Enter the address of the feed first."), permanent=True)
        return poll_feed(self._url, cursor)

    def send(self, message: OutboundMessage) -> Receipt:
        raise AdapterError("not_supported", _("This site takes no answers from here. Answer there."), permanent=True)

    def check(self) -> list[Finding]:
        if not self._url:
            advice = _("Enter the address of a feed, or hand in reviews as a table under Reviews, Import.")
            return [Finding(is_ok=False, what=_("No feed is set."), advice=advice)]
        try:
            answer = fetch_feed(self._url)
            event = RawEvent(body=answer.content, content_type=answer.headers.get("content-type", ""))
            items = self.parse(event)
        except AdapterError as error:
            return [Finding(is_ok=False, what=error.message, advice=_("Open the address in a browser and compare it."))]
        except ParseError as error:
            advice = _("What the address shows is no feed with reviews. Look for “RSS” at the site.")
            return [Finding(is_ok=False, what=error.message, advice=advice)]
        count = sum(isinstance(item, ReviewReceived) for item in items)
        return [Finding(is_ok=True, what=_("The feed can be read; it shows %(count)d reviews.") % {"count": count})]

    def simulate(self, turn: SimulatedTurn) -> SimulatedCall | None:
        return simulate_entry(turn)

    def public_link(self) -> str:
        return str(self.channel.config.get("site_url") or "")
