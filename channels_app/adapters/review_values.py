"""What channels for reviews have in common."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy

from channels_app.adapters.base import OutboundMessage

# Authors of reviews are addresses of their channel alone: a name under a review proves nothing about anybody.
IDENTITY_KIND = "review_author"
IDENTITY_KINDS = {IDENTITY_KIND: gettext_lazy("Author of a review")}


def answered_review(message: OutboundMessage) -> str:
    """The provider's id of the review that a message answers; "" where there is none."""
    review = message.answers_details.get("review")
    kept = review.get("id") if isinstance(review, Mapping) else None
    return str(kept or message.in_reply_to)
