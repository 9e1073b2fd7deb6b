"""The weekly mail about goals and quality, to those who lead and to the owners of goals: once a person and week, whatever is cut off."""

import logging
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from channels_app.adapters.base import AdapterError
from channels_app.services.plain_mail import send_plain_mail
from helpdesk.accounts.models import User
from helpdesk.common.clock import now
from helpdesk.common.failpoints import failpoint
from helpdesk.core.services import language_for, read_site_settings
from reporting.metrics.question import GroupBy, Question
from reporting.models import Digest, Goal, TrafficSlot
from reporting.policies.goals import RUNNING_WORDS, TRENDS
from reporting.policies.period import Period
from reporting.policies.wording import spoken, spoken_duration, spoken_share
from reporting.selectors import quality
from reporting.selectors.goals import GoalStanding, goal_standings, target_of

logger = logging.getLogger(__name__)

# Monday morning in the zone of the site: what was forgotten at the weekend is in by then.
SENT_FROM = time(7)
LEASE = timedelta(minutes=5)
# After a failure of which it is known that nothing left: 10, 20, 40 and 80 minutes.
FIRST_WAIT = timedelta(minutes=10)
MOST_ATTEMPTS = 5
MOST_A_RUN = 50
READ_FIGURES = "reporting.view_every_figure"


def plan_digests() -> int:
    """Note down who is written to about the last whole week; returns how many. Nobody is, about a week without a message."""
    zone = _zone()
    local = now().astimezone(zone)
    monday = local.date() - timedelta(days=local.weekday())
    if local < datetime.combine(monday, SENT_FROM, tzinfo=zone):
        return 0
    week = week_of(monday - timedelta(days=7), zone)
    traffic = TrafficSlot.objects.filter(starts_at__gte=week.starts_at, starts_at__lt=week.ends_at, is_demo=False)
    if Digest.objects.filter(week_on=week.from_on).exists() or not traffic.exists():
        return 0
    readers = User.objects.with_perm(READ_FIGURES)
    owners = Goal.objects.exclude(owner=None).values("owner_id")
    people = User.objects.filter(Q(pk__in=readers.values("pk")) | Q(pk__in=owners), is_active=True)
    people = people.exclude(email="").exclude(mail_notifications="never")
    rows = [Digest(user_id=pk, week_on=week.from_on) for pk in people.values_list("pk", flat=True)]
    return len(Digest.objects.bulk_create(rows, ignore_conflicts=True))


def send_digests() -> int:
    """Send what is due; returns how many mails left. A mail of which nobody knows whether it left is not sent again."""
    lost = Digest.objects.filter(state=Digest.State.DUE, lease_until__lte=Now())
    lost.update(state=Digest.State.UNKNOWN, lease_until=None)
    sent = 0
    for _number in range(MOST_A_RUN):
        digest = _claim()
        if digest is None:
            break
        sent += _send(digest)
    return sent


@transaction.atomic
def _claim() -> Digest | None:
    """One mail, taken for us and committed before anything is sent."""
    due = Digest.objects.select_for_update(of=("self",), skip_locked=True).filter(
        Q(next_try_at=None) | Q(next_try_at__lte=now()), state=Digest.State.DUE, lease_until=None
    )
    digest = due.select_related("user").order_by("attempts", "id").first()
    if digest is not None:
        digest.lease_until, digest.attempts = now() + LEASE, digest.attempts + 1
        digest.save(update_fields=["lease_until", "attempts"])
    return digest


def _send(digest: Digest) -> bool:
    """Whether the mail left. What goes wrong with one stands on it and stops none of the others."""
    user = digest.user
    try:
        with override(language_for(user.languages[0] if user.languages else "")):
            subject, text = written_digest(user, digest.week_on)
    except Exception as error:
        logger.exception("the digest of user %d could not be written", user.pk)
        _record(digest, Digest.State.FAILED, error=f"not_written:{type(error).__name__}")
        return False
    failpoint("digest.before_send")
    try:
        send_plain_mail(recipient=user.email, subject=subject, text=text)
    except AdapterError as error:
        logger.warning("the digest of user %d could not be mailed: %s", user.pk, error.code)
        _record(digest, _state_after(error, digest.attempts), error=error.code)
        return False
    except Exception as error:
        logger.exception("nobody knows whether the digest of user %d left", user.pk)
        _record(digest, Digest.State.UNKNOWN, error=f"not_mailed:{type(error).__name__}")
        return False
    failpoint("digest.after_send")
    _record(digest, Digest.State.SENT)
    return True


def _state_after(error: AdapterError, attempts: int) -> str:
    if error.is_uncertain:
        return Digest.State.UNKNOWN
    return Digest.State.FAILED if error.permanent or attempts >= MOST_ATTEMPTS else Digest.State.DUE


def _record(digest: Digest, state: str, *, error: str = "") -> None:
    """What became of the attempt; one that is due again waits, each time twice as long."""
    waits = FIRST_WAIT * 2 ** (digest.attempts - 1)
    Digest.objects.filter(pk=digest.pk).update(
        state=state,
        lease_until=None,
        next_try_at=now() + waits if state == Digest.State.DUE else None,
        sent_at=now() if state == Digest.State.SENT else None,
        error=error[:300],
    )


def written_digest(user: User, week_on: date) -> tuple[str, str]:
    """Subject and text of the mail about the week that began on that Monday, in the active language, as ``user`` sees the figures."""
    zone = _zone()
    week = week_of(week_on, zone)
    question = Question(user=user, period=week)
    subject = _("Your week from %(first)s to %(last)s") % {
        "first": date_format(week.from_on, "j M"),
        "last": date_format(week.to_on, "j M Y"),
    }
    standings = goal_standings(user, only_demo=False, zone=zone, period=week)
    low_topics = _low_topics(question, target=target_of("happy", standings))
    parts = [_goals(standings), _complaints(question), low_topics, _recovery(question)]
    page = reverse("admin:reporting_goal_changelist")
    url = f"{settings.SITE_URL.rstrip('/')}{page}?from={week.from_on}&to={week.to_on}"
    foot = _("All of it, with the tickets behind each figure: %(url)s") % {"url": url}
    return subject, "\n\n".join([*(part for part in parts if part), foot]) + "\n"


def _goals(standings: Sequence[GoalStanding]) -> str:
    lines = [_("The four goals")]
    for standing in standings:
        reading, unit = standing.reading, standing.measure.unit
        change = abs(reading.change) if reading.change is not None else None
        line = _("- %(goal)s: %(value)s %(label)s (goal: %(target)s), %(trend)s") % {
            "goal": standing.goal,
            "value": spoken(reading.now.value, unit),
            "label": standing.measure.label,
            "target": spoken(standing.goal.target, unit),
            "trend": TRENDS[reading.trend] % {"share": spoken_share(change)},
        }
        lines.append(f"{line} ({_behind(standing)})")
    return "\n".join(lines)


def _behind(standing: GoalStanding) -> str:
    """How many the figure stands on, what is not in it yet, and what may still change in it."""
    parts = [_("%(number)d counted") % {"number": standing.reading.now.count}]
    if standing.running:
        parts.append(f"{standing.running} {RUNNING_WORDS[standing.goal.kind]}")
    if standing.provisional:
        parts.append(_("%(number)d provisional") % {"number": standing.provisional})
    return ", ".join(parts)


def _complaints(question: Question) -> str:
    pareto = quality.complaint_pareto(question)
    if not pareto.total:
        return _("Nobody complained: no low vote, no bad review, nobody angry.")
    lines = [_("What customers complained about (%(total)d tickets)") % {"total": pareto.total}]
    return "\n".join([*lines, *(f"- {bar.label}: {bar.count}" for bar in pareto.bars[:5])])


def _low_topics(question: Question, *, target: float) -> str:
    low = quality.high_and_low(question, group_by=GroupBy.TOPIC, target=target).low
    if not low:
        return ""
    lines = [_("Topics with the lowest scores")]
    for it in low:
        values = {"topic": it.label, "mean": spoken(it.mean, "score"), "votes": it.count}
        few = _("- %(topic)s: %(mean)s of 10 from %(votes)d votes (few)")
        enough = _("- %(topic)s: %(mean)s of 10 from %(votes)d votes")
        lines.append((few if it.is_thin else enough) % values)
    return "\n".join(lines)


def _recovery(question: Question) -> str:
    row = quality.won_back(question)
    if not row["count"] and not row["running"]:
        return ""
    words = _(
        "Customers to win back: %(running)d cases of this week still run, %(count)d have ended, %(share)s of these "
        "regained; median time to the apology %(apology)s."
    ) % {
        "running": row["running"],
        "count": row["count"],
        "share": spoken_share(row["share_regained"]),
        "apology": spoken_duration(row["median"]),
    }
    if row["currency"] is None:
        return words
    cost = {"amount": spoken(row["cost_per_regained"], "amount"), "currency": row["currency"]}
    return words + " " + _("One regained customer cost %(amount)s %(currency)s.") % cost


def week_of(monday: date, zone: ZoneInfo) -> Period:
    """The seven days from that Monday."""
    return Period(from_on=monday, to_on=monday + timedelta(days=6), zone=zone)


def _zone() -> ZoneInfo:
    return ZoneInfo(read_site_settings().time_zone)
