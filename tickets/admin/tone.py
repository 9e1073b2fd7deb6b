"""What the composer points at while an answer is written."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from tickets.admin.doors import AgentRequest
from tickets.models import Ticket
from tickets.policies.tone import LONGEST_TEXT, ToneHint, tone_hints
from tickets.selectors.rule_choices import choices_of


def tone(request: AgentRequest, ticket: Ticket) -> HttpResponse:
    """Hints about the ``text``; 204 where there are none, or where this agent does not want them."""
    if not request.user.tone_hints_enabled:
        return HttpResponse(status=204)
    hints = tone_hints(
        request.POST.get("text", "")[:LONGEST_TEXT],
        name=ticket.customer.name,
        language=ticket.language or ticket.customer.language,
        is_first_answer=ticket.agent_reply_count == 0,
    )
    if not hints:
        return HttpResponse(status=204)
    return render(request, "tickets/tone.html", {"hints": [_words(hint) for hint in hints]})


def _words(hint: ToneHint) -> str:
    if hint.code == "missing_name":
        return _("The customer is not addressed by name: %(name)s.") % {"name": hint.detail}
    if hint.code == "shouting":
        return _("“%(words)s” reads like shouting.") % {"words": hint.detail}
    if hint.code == "blame":
        return _("“%(words)s” may sound like blame.") % {"words": hint.detail}
    names = dict(choices_of("languages"))
    return _("This is in %(language)s; the customer writes in another language.") % {
        "language": names.get(hint.detail, hint.detail)
    }
