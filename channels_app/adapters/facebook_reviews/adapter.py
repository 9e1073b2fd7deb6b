"""Recommendations of a Facebook page: told by webhook, read by polling, answered by the page's comment."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_app.adapters.base import (
    AdapterError,
    Can,
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
from channels_app.adapters.facebook_reviews.forms import FacebookReviewsConfigForm
from channels_app.adapters.facebook_reviews.parse import parse_recommendations
from channels_app.adapters.facebook_reviews.polling import poll_ratings
from channels_app.adapters.facebook_reviews.simulating import simulate_recommendation
from channels_app.adapters.meta.adapter import MetaAdapter
from channels_app.adapters.meta.checking import check_account, check_secrets
from channels_app.adapters.review_values import IDENTITY_KIND, IDENTITY_KINDS, answered_review

MAX_COMMENT_CHARACTERS = 8000


class FacebookReviewsAdapter(MetaAdapter):
    """One page. The page's first comment under a recommendation is our answer; the next one edits it."""

    kind = "facebook_reviews"
    label = gettext_lazy("Facebook recommendations")
    identity_kind = IDENTITY_KIND
    other_identity_kinds = IDENTITY_KINDS
    icon = "star"
    summary = gettext_lazy(
        "Recommendations of your Facebook page, answered in public. Needs a page, a Meta app and Meta's review of the permission to "
        "read what visitors write; there is no charge."
    )
    can = Can.SEND | Can.WEBHOOK | Can.POLL | Can.PUBLIC
    config_form = FacebookReviewsConfigForm
    limits = Limits(text=MAX_COMMENT_CHARACTERS, public_text=MAX_COMMENT_CHARACTERS, file_bytes={})

    @property
    def is_polled(self) -> bool:
        return bool(self.setting("page_id"))

    def parse(self, event: RawEvent) -> list[InboundItem]:
        return parse_recommendations(event.body, page_id=self.setting("page_id"))

    def poll(self, cursor: Mapping[str, Any]) -> PollResult:
        return poll_ratings(self.client(), self.setting("page_id"), cursor)

    def send(self, message: OutboundMessage) -> Receipt:
        story_id = answered_review(message)
        if not story_id or story_id.startswith("reviewer:"):
            text = _("Facebook names no post for this recommendation, so it cannot be answered from here.")
            raise AdapterError("no_review", text, permanent=True)
        client = self.client()
        # Ids of our earlier comments follow the recommendation's own in the references.
        earlier = next((one for one in reversed(message.references) if one != story_id), "")
        if earlier:
            try:
                client.post(earlier, {"message": message.text}, acts=False)
            except AdapterError as error:
                if not error.code.startswith("not_found"):
                    raise
            else:
                return Receipt(external_id=earlier)
        kept = client.post(f"{story_id}/comments", {"message": message.text})
        return Receipt(external_id=str(kept.get("id") or message.uuid)[:500])

    def check(self) -> list[Finding]:
        findings = check_secrets(app_secrets=self.app_secrets, verify_tokens=self.verify_tokens, token=self.token)
        if not self.token:
            return findings
        client, page_id = self.client(), self.setting("page_id")
        findings.append(check_account(client, path="me", fields="id,name", expected_id=page_id))
        try:
            client.read(f"{page_id}/ratings", limit="1")
        except AdapterError as error:
            advice = _("Give the token the permission pages_read_user_content and let Meta review the app for it.")
            return [*findings, Finding(is_ok=False, what=error.message, advice=advice)]
        return [*findings, Finding(is_ok=True, what=_("The page's recommendations can be read."))]

    def simulate(self, turn: SimulatedTurn) -> SimulatedCall | None:
        return simulate_recommendation(turn, page_id=self.setting("page_id") or "100200300400500")

    def public_link(self) -> str:
        page_id = self.setting("page_id")
        return f"https://www.facebook.com/{page_id}/reviews" if page_id else ""
