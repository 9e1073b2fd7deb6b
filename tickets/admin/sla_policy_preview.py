"""The box beside the form of a time limit policy: a made-up message and its limits, and the newest tickets under these conditions."""

import json
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_app.models import Channel
from helpdesk.common.clock import now
from helpdesk.common.errors import InvalidInput
from helpdesk.common.forms import DateTimeInput
from tickets.admin.sla_policy_form import GridForm
from tickets.models import BusinessHours, Ticket
from tickets.policies.conditions import check_conditions
from tickets.policies.sla_words import example_words
from tickets.services.policy_preview import SAMPLE_SIZE, Match, count_matches, example_of

FRIDAY = 4
CHANNELS_CAP = 200


class ProbeForm(forms.Form):
    """The made-up message."""

    probe_at = forms.DateTimeField(required=False, widget=DateTimeInput(), label=gettext_lazy("it comes"))
    probe_priority = forms.ChoiceField(
        choices=Ticket.Priority.choices,
        required=False,
        initial=Ticket.Priority.NORMAL,
        label=gettext_lazy("its priority"),
    )
    probe_channel = forms.ModelChoiceField(
        Channel.objects.none(),
        required=False,
        empty_label=gettext_lazy("any channel"),
        label=gettext_lazy("it comes on"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        channels: Any = self.fields["probe_channel"]
        channels.queryset = Channel.objects.filter(is_active=True).order_by("position", "name")


def probe_initial(zone: ZoneInfo) -> dict[str, Any]:
    """The next Friday afternoon: the message that shows best what a clock means."""
    today = now().astimezone(zone).date()
    friday = today + timedelta(days=(FRIDAY - today.weekday()) % 7 or 7)
    return {"probe_at": datetime.combine(friday, time(17, 30)), "probe_priority": Ticket.Priority.NORMAL}


def preview_context(values: Any, *, user: Any, zone: ZoneInfo, policy_id: int | None) -> dict[str, Any]:
    """What the template prints. ``values``: the form's data, or a plain mapping of initial values. Faults are told, never raised."""
    typed = values if hasattr(values, "getlist") else None
    grid = GridForm(typed) if typed is not None else GridForm(_as_data(values))
    grid.full_clean()
    probe_form = ProbeForm(typed if typed is not None and "probe_at" in typed else probe_initial(zone))
    probe_form.full_clean()
    probe = probe_form.cleaned_data
    at = (probe.get("probe_at") or probe_initial(zone)["probe_at"]).replace(tzinfo=zone)
    channel, priority = probe.get("probe_channel"), probe.get("probe_priority") or Ticket.Priority.NORMAL
    examples = example_of(grid.targets(), at=at, priority=priority, channel_id=channel.pk if channel else None)
    names = dict(BusinessHours.objects.values_list("pk", "name")) if any(e.hours_id for e in examples) else {}
    conditions, fault = _conditions(values)
    match = count_matches(conditions, user=user, policy_id=policy_id) if conditions is not None else None
    return {
        "form": probe_form,
        "policy_id": policy_id,
        "lines": [
            example_words(example, at=at, zone=zone, hours=names.get(example.hours_id or 0)) for example in examples
        ],
        "faults": _faults(grid) + ([fault] if fault else []),
        "match": _match_words(match) if match is not None else "",
    }


def _as_data(values: Mapping[str, Any]) -> dict[str, Any]:
    """Initial values as if they had been typed."""
    form = GridForm()
    return {
        name: field.prepare_value(values.get(name, field.initial))
        for name, field in form.fields.items()
        if values.get(name, field.initial) is not None
    }


def _faults(grid: GridForm) -> list[str]:
    return [
        _("%(text)s cannot be read. Write it like 1 h, 30 min or 2 d.") % {"text": f"“{str(grid.data.get(name))[:40]}”"}
        for name in grid.errors
    ]


def _conditions(values: Any) -> tuple[dict[str, Any] | None, str]:
    given = values.get("conditions")
    try:
        read = json.loads(given) if isinstance(given, str) and given.strip() else given
        return check_conditions(read or {}), ""
    except InvalidInput as error:
        return None, error.message
    except (ValueError, RecursionError):
        return None, _("These conditions cannot be read.")


def _match_words(match: Match) -> str:
    if not match.total:
        return _("There are no tickets yet to try the conditions on.")
    words = {"total": match.total, "fits": match.fits, "taken": match.taken}
    if match.total < SAMPLE_SIZE:
        text = _("Of the %(total)s tickets there are, %(fits)s meet these conditions.") % words
    else:
        text = _("Of the newest %(total)s tickets, %(fits)s meet these conditions.") % words
    if match.taken:
        text += " " + _("%(taken)s of them belong to a policy that stands before this one.") % words
    return text
