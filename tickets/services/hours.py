"""Setting business hours: when the team is there. The admin's form and the API both change them through here."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from difflib import get_close_matches
from typing import Any
from zoneinfo import available_timezones

from django.db import connection, transaction
from django.utils.translation import gettext as _

from channels_app.models import Channel
from helpdesk.common.errors import Conflict, InvalidInput, NotVisible
from helpdesk.common.text import one_line
from tickets.models import BusinessHours, BusinessHoursSpan, Holiday
from tickets.policies.opening_rules import MOST_DAYS, MOST_SPANS, ExceptionDay, WeekSpan, overlapping_spans, wrong_days
from tickets.selectors.hours import users_of
from tickets.selectors.public_holidays import known_countries, known_regions, region_code
from tickets.services.actors import Actor
from tickets.services.clock_changes import business_hours_changed

_LONGEST_NAME = 100


@dataclass(frozen=True, kw_only=True)
class GivenHours:
    """Everything that business hours say. ``country`` and ``region`` are codes or "" (a region may be given by its name)."""

    name: str
    time_zone: str
    country: str = ""
    region: str = ""
    is_default: bool = False
    channel_ids: Sequence[int] = ()
    spans: Sequence[WeekSpan] = ()
    holidays: Sequence[ExceptionDay] = ()


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Why hours cannot be set. ``field`` is one of GivenHours, inside a list with its place: ``spans.3``."""

    code: str
    field: str
    message: str


@transaction.atomic
def create_hours(*, given: GivenHours, actor: Actor) -> BusinessHours:
    """Set up new hours. Raises InvalidInput, with the fields, for what cannot be kept."""
    _lock_all()
    given = _checked(given, hours_id=None)
    hours = BusinessHours(name=given.name)
    _store(hours, given)
    return hours


@transaction.atomic
def update_hours(*, hours_id: int, changes: Mapping[str, Any], actor: Actor) -> BusinessHours:
    """Change the named parts (of GivenHours), lists as a whole. Raises NotVisible; InvalidInput for what cannot be kept."""
    _lock_all()
    hours = BusinessHours.objects.filter(pk=hours_id).first()
    if hours is None:
        raise NotVisible("not_found", _("There are no such business hours."))
    before = hours_as_given(hours)
    given = _checked(replace(before, **changes), hours_id=hours.pk)
    if given != before:
        _store(hours, given)
    return hours


@transaction.atomic
def delete_hours(*, hours_id: int, actor: Actor) -> None:
    """Remove hours that nobody is answered in. Raises NotVisible; Conflict while a team or channel has them, or all the others."""
    _lock_all()
    hours = BusinessHours.objects.filter(pk=hours_id).first()
    if hours is None:
        raise NotVisible("not_found", _("There are no such business hours."))
    require_unused(hours)
    # Before the rows go: a clock that once began in these hours is counted anew by those that hold now.
    business_hours_changed(hours_id=hours.pk)
    hours.delete()


def require_unused(hours: BusinessHours) -> None:
    """Raise Conflict while somebody is answered in these hours."""
    users = users_of(hours)
    if users:
        text = _("These hours are in use by %(users)s. Give them other hours first, then delete these.")
        raise Conflict("hours_in_use", text % {"users": ", ".join(users)})


def hours_as_given(hours: BusinessHours) -> GivenHours:
    """What stored hours say, in a fixed order."""
    return GivenHours(
        name=hours.name,
        time_zone=hours.time_zone,
        country=hours.country,
        region=hours.region,
        is_default=hours.is_default,
        channel_ids=tuple(hours.channels.order_by("pk").values_list("pk", flat=True)),
        spans=tuple(
            WeekSpan(weekday=span.weekday, starts_at=span.starts_at, ends_at=span.ends_at)
            for span in hours.spans.order_by("weekday", "starts_at")
        ),
        holidays=tuple(
            ExceptionDay(on=day.on, name=day.name, starts_at=day.starts_at, ends_at=day.ends_at)
            for day in hours.holidays.order_by("on", "starts_at")
        ),
    )


def tidied(given: GivenHours) -> GivenHours:
    """The same hours as they are stored: codes in their own case, lists in order, every name on one line."""
    country = given.country.strip().upper()
    return replace(
        given,
        name=one_line(given.name)[: _LONGEST_NAME + 1],
        time_zone=given.time_zone.strip(),
        country=country,
        region=region_code(country, given.region) or given.region.strip() if given.region else "",
        channel_ids=tuple(sorted(set(given.channel_ids))),
        spans=tuple(sorted(given.spans, key=lambda span: (span.weekday, span.starts_at))),
        holidays=tuple(
            replace(day, name=one_line(day.name)[:100])
            for day in sorted(given.holidays, key=lambda day: (day.on, str(day.starts_at or "")))
        ),
    )


def problems_of(given: GivenHours, *, hours_id: int | None) -> list[Problem]:
    """Everything that keeps these hours from being set, each with what to do; ``hours_id``: those that they replace."""
    # Places in a list are those of the caller, who is told about what he gave and not about what it was sorted to.
    given = replace(tidied(given), spans=given.spans, holidays=given.holidays)
    return [
        *_wrong_names(given, hours_id),
        *_wrong_places(given),
        *_wrong_times(given),
        *_wrong_channels(given, hours_id),
    ]


def _wrong_names(given: GivenHours, hours_id: int | None) -> Iterator[Problem]:
    if not given.name.strip():
        yield Problem(code="name_missing", field="name", message=_("Give these hours a name."))
    if len(given.name) > _LONGEST_NAME:
        yield Problem(code="name_too_long", field="name", message=_("Keep the name within 100 characters."))
    if BusinessHours.objects.filter(name=given.name).exclude(pk=hours_id or 0).exists():
        text = _("There are hours of this name already. Give these another one.")
        yield Problem(code="name_taken", field="name", message=text)


def _wrong_places(given: GivenHours) -> Iterator[Problem]:
    zones = available_timezones()
    if given.time_zone not in zones:
        meant = [zone for zone in sorted(zones) if zone.casefold().endswith(f"/{given.time_zone.casefold()}")]
        meant = meant or get_close_matches(given.time_zone, zones, n=1) or ["Europe/Berlin"]
        text = _("“%(name)s” is no time zone. Write it like %(meant)s.") % {"name": given.time_zone, "meant": meant[0]}
        yield Problem(code="unknown_time_zone", field="time_zone", message=text)
    if given.country and given.country not in known_countries():
        text = _("There is no calendar for this country. Give two letters such as DE, or leave it empty.")
        yield Problem(code="unknown_country", field="country", message=text)
    elif given.region and given.region not in known_regions(given.country):
        known = ", ".join(f"{code} ({name})" for code, name in list(known_regions(given.country).items())[:60])
        text = _("Known regions of this country: %(regions)s. Leave it empty for the whole country.")
        yield Problem(code="unknown_region", field="region", message=text % {"regions": known or _("none")})


def _wrong_times(given: GivenHours) -> Iterator[Problem]:
    if len(given.spans) > MOST_SPANS:
        text = _("At most %(count)d spans a week can be kept.") % {"count": MOST_SPANS}
        yield Problem(code="too_many_spans", field="spans", message=text)
    elif len(given.holidays) > MOST_DAYS:
        text = _("At most %(count)d days can be kept. Remove those that are over.") % {"count": MOST_DAYS}
        yield Problem(code="too_many_days", field="holidays", message=text)
    else:
        for place, text in overlapping_spans(given.spans).items():
            yield Problem(code="overlapping_spans", field=f"spans.{place}", message=text)
        for place, (code, text) in wrong_days(given.holidays).items():
            yield Problem(code=code, field=f"holidays.{place}", message=text)


def _wrong_channels(given: GivenHours, hours_id: int | None) -> Iterator[Problem]:
    known = Channel.objects.in_bulk(given.channel_ids)
    for channel_id in given.channel_ids:
        if channel_id not in known:
            text = _("There is no channel %(id)d.") % {"id": channel_id}
            yield Problem(code="unknown_channel", field="channels", message=text)
    others = BusinessHours.objects.exclude(pk=hours_id or 0).filter(channels__in=list(known))
    for channel_id, name in others.values_list("channels", "name").order_by("channels"):
        text = _("%(channel)s is answered in the hours “%(hours)s”. Take it out there first.")
        text = text % {"channel": known[channel_id], "hours": name}
        yield Problem(code="channel_has_hours", field="channels", message=text)


def _checked(given: GivenHours, *, hours_id: int | None) -> GivenHours:
    problems = problems_of(given, hours_id=hours_id)
    if problems:
        wrong = {problem.field: problem.message for problem in reversed(problems)}
        raise InvalidInput(problems[0].code, problems[0].message, fields=wrong)
    return tidied(given)


def _store(hours: BusinessHours, given: GivenHours) -> None:
    """Write what was checked, and let the clocks that stand on it be counted anew."""
    before = hours_as_given(hours) if hours.pk else None
    touched = _former_defaults(hours) if given.is_default and not (before and before.is_default) else []
    for name in ("name", "time_zone", "country", "region", "is_default"):
        setattr(hours, name, getattr(given, name))
    hours.save()
    if before is None or before.channel_ids != given.channel_ids:
        hours.channels.set(given.channel_ids)
    _keep_rows(hours.spans, BusinessHoursSpan, given.spans)
    _keep_rows(hours.holidays, Holiday, given.holidays)
    if before is None or replace(before, name=given.name) != given:
        touched.append(hours.pk)
    for hours_id in touched:
        business_hours_changed(hours_id=hours_id)


def _former_defaults(hours: BusinessHours) -> list[int]:
    """There is one default: whichever was it is not any more."""
    others = BusinessHours.objects.filter(is_default=True).exclude(pk=hours.pk)
    touched = list(others.values_list("pk", flat=True))
    others.update(is_default=False)
    return touched


def _keep_rows(stored: Any, model: Any, wanted: Sequence[WeekSpan | ExceptionDay]) -> None:
    """Leave the rows that are still wanted as they are: a form that is open elsewhere knows them by their ids."""
    values = [{field.name: getattr(row, field.name) for field in fields(row)} for row in wanted]
    surplus = []
    for row in stored.all():
        same = next(
            (given for given in values if all(getattr(row, name) == value for name, value in given.items())), None
        )
        if same is None:
            surplus.append(row.pk)
        else:
            values.remove(same)
    stored.filter(pk__in=surplus).delete()
    model.objects.bulk_create(model(hours=stored.instance, **given) for given in values)


def _lock_all() -> None:
    """One change of hours at a time: which are the default, and whose a channel is, concerns them all."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('business hours', 0))")
