"""Pages of the signed-in person about himself."""

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from helpdesk.accounts.forms import PreferencesForm
from helpdesk.accounts.models import User


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
