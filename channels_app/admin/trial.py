"""Trying a channel out in the admin: a trial channel in one click, and made-up customers who write on it."""

from functools import partialmethod
from random import SystemRandom
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_app.models import Channel
from channels_app.policies.trial_people import PEOPLE, person_of, words_for
from channels_app.registry import kinds
from channels_app.services.trying import act_as_customer, create_trial_channel, possible_acts
from helpdesk.common.admin import ObjectButton

LABELS = {
    "text": gettext_lazy("A customer writes"),
    "image": gettext_lazy("A customer sends a picture"),
    "location": gettext_lazy("A customer sends his location"),
    "voice": gettext_lazy("A customer sends a voice message"),
    "comment": gettext_lazy("Somebody comments in public"),
    "review": gettext_lazy("Somebody writes a review"),
    "call": gettext_lazy("A customer calls"),
}
TRIAL_BUTTONS = {
    act: ObjectButton(name=f"try_{act}", label=label, permission="channels_app.change_channel", icon="play")
    for act, label in LABELS.items()
}
_random = SystemRandom()


def start_trial(request: HttpRequest) -> HttpResponse:
    """Make a trial channel of the kind that was chosen and go to it."""
    kind = str(request.POST.get("kind"))
    if kind not in kinds():
        return HttpResponseRedirect(reverse("admin:channels_app_channel_add"))
    channel = create_trial_channel(kind=kind)
    text = _("This is a trial channel: customers are made up, nothing leaves. Let one write with the buttons below.")
    messages.success(request, text)
    return HttpResponseRedirect(reverse("admin:channels_app_channel_change", args=[channel.pk]))


def trial_buttons(channel: Channel) -> list[ObjectButton]:
    """The buttons with which made-up customers write; none on a channel with an account."""
    if not channel.is_simulated or channel.kind not in kinds():
        return []
    return [TRIAL_BUTTONS[act] for act in possible_acts(channel)]


class TrialButtons:
    """What the trial's buttons do."""

    def _try(self, request: HttpRequest, channel: Channel, *, act: str) -> None:
        person = _random.randrange(len(PEOPLE))
        text = words_for(act, _random)
        act_as_customer(channel_id=channel.pk, act=act, person=person, name=person_of(person), text=text)
        try:
            inbox = reverse("admin:tickets_ticket_changelist")
        except NoReverseMatch:  # the page belongs to a higher app, which may not be installed
            inbox = ""
        told: Any = _("%(name)s has just done it. It is in the inbox in a moment.") % {"name": person_of(person)}
        messages.success(request, format_html('<a href="{}">{}</a>', inbox, told) if inbox else told)

    do_try_text = partialmethod(_try, act="text")
    do_try_image = partialmethod(_try, act="image")
    do_try_location = partialmethod(_try, act="location")
    do_try_voice = partialmethod(_try, act="voice")
    do_try_comment = partialmethod(_try, act="comment")
    do_try_review = partialmethod(_try, act="review")
    do_try_call = partialmethod(_try, act="call")
