"""The lines of the timeline about what a customer answered."""

from typing import Any

from django.utils.translation import gettext as _


def survey_answered(event: Any, words: dict[str, Any]) -> str:
    """A vote, or a changed one."""
    scale = event.data.get("scale") or "1-10"
    score, before = _score_words(event.data.get("score"), scale), _score_words(event.data.get("previous"), scale)
    if before and before != score:
        return _("The customer changed the vote from %(before)s to %(score)s") % {"before": before, "score": score}
    return _("The customer voted %(score)s") % {"score": score}


def _score_words(score: Any, scale: str) -> str:
    """A score on its scale ("0-10", "thumbs") in words; "" for none."""
    if score is None:
        return ""
    if scale == "thumbs":
        return _("thumbs up") if score else _("thumbs down")
    return _("%(score)s of %(highest)s") % {"score": score, "highest": scale.rpartition("-")[2]}
