"""My results: what customers thought of one agent's work. Everybody reads his own; who sees every vote reads anybody's."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from helpdesk.accounts.models import User
from helpdesk.core.services import read_site_settings
from surveys.models import Response
from surveys.selectors.panels import response_chip, vote_line
from surveys.selectors.results import FEW_VOTES, agents_with_votes, results_of
from tickets.admin.doors import in_zone


def results_view(request: HttpRequest, agent_id: int | None = None) -> HttpResponse:
    """The votes of the last 90 days of one agent: mean, share low, count, the latest comments.

    403 without the right to read votes; somebody else's are 404 for who may not see every vote.
    """
    user: Any = request.user
    if not user.has_perm("surveys.view_response"):
        raise PermissionDenied
    sees_all = user.has_perm("surveys.view_every_response")
    agent = user if agent_id in (None, user.pk) else _other(agent_id, sees_all=sees_all)
    with in_zone(read_site_settings().time_zone):
        return render(request, "admin/surveys/results.html", _context(request, agent, sees_all=sees_all))


def _context(request: HttpRequest, agent: User, *, sees_all: bool) -> dict[str, Any]:
    """What the page shows of one agent; days are those of the time zone in force."""
    results = results_of(agent.pk, reader=request.user)
    own = _("My results")
    return {
        **admin.site.each_context(request),
        "title": own if agent.pk == request.user.pk else _("Results of %(agent)s") % {"agent": agent.display_name},
        "opts": Response._meta,
        "agent": agent,
        "results": results,
        "few": FEW_VOTES,
        "line": vote_line([vote for vote in reversed(results.latest) if vote.rating is not None]),
        "votes": [(response_chip(vote), vote) for vote in results.latest],
        "comments": [(response_chip(vote), vote) for vote in results.commented],
        "others": agents_with_votes() if sees_all else [],
    }


def _other(agent_id: int | None, *, sees_all: bool) -> User:
    agent = User.objects.filter(pk=agent_id).first() if sees_all else None
    if agent is None:
        raise Http404
    return agent
