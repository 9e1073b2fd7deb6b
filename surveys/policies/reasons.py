"""Why a customer is not asked: the codes on an invitation, in words. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

# A question about something that ended longer ago than this is no longer asked (jobs stood still, spam taken back late).
TOO_LATE_AFTER = timedelta(days=3)

REASONS = {
    "spam": _("the ticket is spam"),
    "merged": _("the ticket was merged into another"),
    "unanswered": _("the answer was undone"),
    "reopened": _("the ticket was reopened before the question"),
    "bot_only": _("the bot alone answered"),
    "not_sampled": _("the customer is not in the sample"),
    "survey_off": _("the survey is switched off"),
    "demo": _("demo data"),
    "blocked": _("the customer is blocked"),
    "erased": _("the customer was erased"),
    "not_wanted": _("the customer asked not to be asked"),
    "quiet_period": _("the customer was asked a short while ago"),
    "public": _("the conversation is public"),
    "no_way": _("the channel cannot carry the question"),
    "no_address": _("we have no address of the customer that can be written to"),
    "window": _("the provider takes no message so long after the customer's last one, and there is no other way"),
    "not_delivered": _("the question could not be delivered"),
    "too_late": _("the contact is too long ago"),
}
# The question was asked, and yet something is to be said about it.
NOT_REMINDED = "not_reminded"
REMARKS = {
    "unknown": _("it is not known whether the mail left"),
    NOT_REMINDED: _("there was no way to remind the customer"),
}

# These can be taken back; the question is then asked after all.
REVOCABLE = frozenset({"spam", "merged", "unanswered", "reopened", "bot_only"})


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """What is known at the moment of asking. ``last_asked_at``: the customer's latest question of any survey.

    ``no_way`` is the code of why no message can carry the question. ``is_insisted``: a question that was agreed upon (how things are
    now that we have put them right) keeps no quiet period.
    """

    at: datetime
    due_at: datetime
    quiet_period: timedelta
    refusal: str = ""
    is_survey_active: bool = True
    is_answered: bool = True
    is_reopened: bool = False
    is_by_person: bool = True
    is_human_only: bool = False
    is_insisted: bool = False
    is_demo: bool = False
    is_blocked: bool = False
    is_erased: bool = False
    do_not_survey_until: datetime | None = None
    last_asked_at: datetime | None = None
    no_way: str = ""


def reason_not_to_ask(it: Circumstances) -> str:
    """The first reason that holds, as its code, or "" when the question may be asked."""
    checks = (
        (it.refusal, bool(it.refusal)),
        ("unanswered", not it.is_answered),
        ("reopened", it.is_reopened),
        ("bot_only", it.is_human_only and not it.is_by_person),
        ("survey_off", not it.is_survey_active),
        ("demo", it.is_demo),
        ("blocked", it.is_blocked),
        ("erased", it.is_erased),
        ("not_wanted", it.do_not_survey_until is not None and it.do_not_survey_until > it.at),
        (it.no_way, bool(it.no_way)),
        ("too_late", it.due_at + TOO_LATE_AFTER < it.at),
        (
            "quiet_period",
            not it.is_insisted and it.last_asked_at is not None and it.last_asked_at + it.quiet_period > it.at,
        ),
    )
    return next((code for code, holds in checks if holds), "")
