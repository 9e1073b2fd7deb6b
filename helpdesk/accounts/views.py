"""Pages of the signed-in person about himself."""

from datetime import timedelta

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from helpdesk.accounts.forms import PreferencesForm
from helpdesk.accounts.models import User
from helpdesk.accounts.presence import set_presence
from helpdesk.common.clock import now
from helpdesk.common.errors import HelpdeskError


def edit_preferences(request: HttpRequest) -> HttpResponse:
    """Name, languages, presence, signature and shortcuts of whoever is signed in. Mounted by the admin site."""
    assert isinstance(request.user, User)
    # A copy: what fails validation must not show in the top bar of the same page.
    form = PreferencesForm(request.POST or None, instance=User.objects.get(pk=request.user.pk))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Your preferences are saved."))
        return redirect("admin:preferences")
    context = {**admin.site.each_context(request), "title": _("My preferences"), "form": form}
    return render(request, "admin/preferences.html", context)


AWAY_FOR = {"hour": timedelta(hours=1), "three_hours": timedelta(hours=3)}


def choose_presence(request: HttpRequest) -> HttpResponse:
    """A POST of ``presence`` (online, away, offline) or ``for`` (a key of AWAY_FOR: away so long), from the menu in the top bar."""
    assert isinstance(request.user, User)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    wait = AWAY_FOR.get(request.POST.get("for", ""))
    try:
        set_presence(
            user_id=request.user.pk,
            presence=User.Presence.AWAY if wait is not None else request.POST.get("presence", ""),
            away_until=now() + wait if wait is not None else None,
        )
    except HelpdeskError as error:
        return JsonResponse({"code": error.code, "message": error.message, "fields": error.fields}, status=error.status)
    target = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()})
    return redirect(target if is_ours else "admin:index")
