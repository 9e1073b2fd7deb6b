"""Quick replies as files in the admin: export, and import with a dry run first."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.common.errors import HelpdeskError
from tickets.admin.doors import AgentRequest
from tickets.models import QuickReply
from tickets.policies.reply_files import MOST_BYTES, write_csv, write_json
from tickets.services.actors import Actor
from tickets.services.reply_exchange import exported_quick_replies, import_quick_replies

WRITERS = {"json": (write_json, "application/json"), "csv": (write_csv, "text/csv; charset=utf-8")}


class ImportForm(forms.Form):
    """A file of quick replies."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("JSON or CSV as the export writes it; at most 5 MB."),
    )
    is_dry_run = forms.BooleanField(
        label=gettext_lazy("Only try it"),
        required=False,
        initial=True,
        help_text=gettext_lazy(
            "Says what would be new, what would change and which lines are wrong, and keeps nothing."
        ),
    )


def export_view(request: AgentRequest, form: str) -> HttpResponse:
    """A file of all quick replies that somebody may see."""
    if form not in WRITERS or not request.user.has_perm("tickets.view_quickreply"):
        raise Http404
    write, content_type = WRITERS[form]
    content = write(exported_quick_replies(request.user))
    disposition = f'attachment; filename="quick-replies.{form}"'
    return HttpResponse(content, content_type=content_type, headers={"Content-Disposition": disposition})


def import_view(request: AgentRequest) -> HttpResponse:
    """The form; a dry run tells what would come of the file, line by line what is wrong with it."""
    if not request.user.has_perm("tickets.add_quickreply"):
        raise PermissionDenied
    form = ImportForm(request.POST or None, request.FILES or None, label_suffix="")
    context: dict[str, Any] = {"title": _("Import quick replies"), "form": form, "opts": QuickReply._meta}
    if request.method == "POST" and form.is_valid():
        is_dry_run = form.cleaned_data["is_dry_run"]
        try:
            report = import_quick_replies(
                content=form.cleaned_data["file"].read(MOST_BYTES + 1),
                actor=Actor.agent(request.user),
                is_dry_run=is_dry_run,
            )
        except HelpdeskError as error:
            form.add_error("file", error.message)
        else:
            if not is_dry_run and not report.faults:
                words = _("%(created)d new, %(updated)d changed, %(unchanged)d as they were.")
                messages.success(request, words % vars(report))
                return HttpResponseRedirect(reverse("admin:tickets_quickreply_changelist"))
            context |= {"report": report, "is_dry_run": is_dry_run}
    return render(request, "admin/tickets/quickreply/import.html", admin.site.each_context(request) | context)
