"""How recovery speaks on lists and pages: scores, time limits, causes, outcomes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from helpdesk.common.admin import state_badge
from helpdesk.common.clock import now
from surveys.models import RecoveryCase, Response, RootCause
from surveys.policies.cause_tree import cause_label
from surveys.policies.reasons import REASONS
from surveys.policies.scales import SCALES
from tickets.policies.time_words import due_words

SOON_SECONDS = 4 * 3600
# Why somebody could not be told or asked; what a survey has words for is not said twice.
_REASONS = {
    "told_in_other_case": gettext_lazy("told in another case of the same customer"),
    "mistaken": gettext_lazy("the case was opened by mistake"),
    "customer_erased": REASONS["erased"],
    "customer_blocked": REASONS["blocked"],
    "no_private_way": gettext_lazy("everybody would read it, and there is no private way yet"),
    "no_way": REASONS["no_address"],
    "no_survey": gettext_lazy("no survey on a scale of satisfaction is switched on"),
}
_FAIR_FROM, _GOOD_FROM = 6.5, 8.5  # of 10, as the chips of votes have it
_OUTCOME_TONES = {
    RecoveryCase.Outcome.REGAINED: "success", RecoveryCase.Outcome.LOST: "danger",
    RecoveryCase.Outcome.NO_ANSWER: "quiet", RecoveryCase.Outcome.MISTAKEN: "quiet",
}  # fmt: skip


def tone_of(rating: float | None) -> str:
    """good, fair or poor for a rating of 1.0 to 10.0; fair where a scale measures something else."""
    if rating is None:
        return "fair"
    return "good" if rating >= _GOOD_FROM else "fair" if rating >= _FAIR_FROM else "poor"


def rating_chip(vote: Response) -> SafeString:
    """The score as it was given; its ground says how good that is, and so does a title of words."""
    scale = SCALES.get(vote.scale)
    highest = scale.highest if scale is not None else 10
    title = _("%(score)s of %(highest)s") % {"score": vote.score, "highest": highest}
    return format_html(
        '<span class="hd-vote hd-vote-{}" title="{}">{}<span class="visually-hidden"> {}</span></span>',
        tone_of(vote.rating), title, vote.score, _("of %(highest)s") % {"highest": highest},
    )  # fmt: skip


def score_words(rating: float | None) -> str:
    """A rating with at most one decimal; a dash where nobody voted."""
    return "–" if rating is None else f"{rating:.1f}".removesuffix(".0")


def reason_words(code: str) -> str:
    """Why a customer could not be told or asked, in words; the code where nobody has words for it."""
    return str(_REASONS.get(code) or REASONS.get(code) or code)


def language_name(code: str) -> str:
    """A language by its name in the reader's language; the code where Django does not know it."""
    try:
        return str(get_language_info(code.lower())["name_translated"]) if code else ""
    except KeyError:
        return code


def cause_words(cause: RootCause | None) -> str:
    """The name of a cause in the reader's language; "" for none."""
    return cause_label(cause.key, cause.name) if cause is not None else ""


def stage_badge(case: RecoveryCase) -> SafeString:
    """The stage of an open case, the outcome of a closed one."""
    if case.outcome:
        return state_badge(case.get_outcome_display(), _OUTCOME_TONES[RecoveryCase.Outcome(case.outcome)])
    return state_badge(case.get_stage_display(), "accent")


def limits_of(case: RecoveryCase) -> list[tuple[str, datetime]]:
    """(what, due at) of the limits that still run, the nearest first."""
    if case.closed_at is not None:
        return []
    running = [
        (_("first contact"), case.first_contact_due_at, case.first_contact_at),
        (_("correction"), case.correction_due_at, case.corrected_at),
    ]
    return sorted(
        ((what, due) for what, due, met in running if due is not None and met is None), key=lambda one: one[1]
    )


def limit_chip(what: str, due_at: datetime) -> SafeString:
    """ "first contact: due in 3 h", on a ground that says how near it is; the instant stands in the title."""
    left = (due_at - now()).total_seconds()
    tone = "danger" if left <= 0 else "warning" if left < SOON_SECONDS else "quiet"
    return format_html(
        '<span class="hd-badge hd-badge-{}" title="{}">{}</span>',
        tone, date_format(timezone.localtime(due_at), "D j M, H:i"), f"{what}: {due_words(left)}",
    )  # fmt: skip


def is_late(case: RecoveryCase) -> bool:
    """Whether a limit is missed and what it is about has still not happened."""
    return any(due <= now() for _what, due in limits_of(case))


def score_line(votes: Sequence[Response]) -> dict[str, Any] | None:
    """The points of a small curve of the customer's ratings (SVG, 240 x 56), oldest left; None below two votes."""
    rated = [vote for vote in votes if vote.rating is not None]
    if len(rated) < 2:
        return None
    width, height, edge = 240, 56, 6
    between = (width - 2 * edge) / (len(rated) - 1)
    points = [
        (round(edge + index * between, 1), round(height - edge - (vote.rating - 1) / 9 * (height - 2 * edge), 1), vote)
        for index, vote in enumerate(rated)
        if vote.rating is not None
    ]
    return {
        "width": width, "height": height, "points": [(x, y, tone_of(vote.rating)) for x, y, vote in points],
        "path": " ".join(f"{x},{y}" for x, y, _vote in points),
    }  # fmt: skip
