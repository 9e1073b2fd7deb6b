"""The lines of the timeline about winning a customer back."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

_RECOVERY_STEPS = {
    "cause": gettext_lazy("the cause"),
    "plan": gettext_lazy("the plan"),
    "apology": gettext_lazy("the apology"),
    "correction": gettext_lazy("the correction"),
    "make_good": gettext_lazy("making good"),
    "ask_again": gettext_lazy("asking again"),
    "review_update": gettext_lazy("asking to look at the review again"),
    "close": gettext_lazy("closing"),
    "public": gettext_lazy("the public answer"),
}
_RECOVERY_OUTCOMES = {
    "regained": gettext_lazy("Recovery: the customer is regained"),
    "lost": gettext_lazy("Recovery: the customer is lost"),
    "no_answer": gettext_lazy("Recovery: the customer gave no answer"),
    "mistaken": gettext_lazy("Recovery: the case was opened by mistake"),
}


def recovery_step(event: Any, words: dict[str, Any]) -> str:
    """A step of a case, done, left out or written to the customer."""
    step = event.data.get("step", "")
    words |= {"step": _RECOVERY_STEPS.get(step, step)}
    if event.kind == "recovery.customer_told":
        return _("Recovery: %(who)s wrote to the customer (%(step)s)") % words
    if event.data.get("is_skipped"):
        return _("Recovery: %(who)s left out %(step)s") % words
    return _("Recovery: %(who)s, %(step)s") % words


def recovery_closed(event: Any, words: dict[str, Any]) -> str:
    """How a case ended."""
    return str(_RECOVERY_OUTCOMES.get(event.data.get("outcome", ""), event.kind))
