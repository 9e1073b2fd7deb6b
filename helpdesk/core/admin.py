"""Pages about the installation: its settings, its timetable, and who changed what."""

import zoneinfo
from typing import Any

from celery import current_app
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.core.exceptions import PermissionDenied
from django.db.models import Field, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from helpdesk.common.admin import ReadOnlyAdmin, ServiceAdmin, state_badge
from helpdesk.common.doorbell import ring
from helpdesk.common.forms import duration_words
from helpdesk.core.models import JobRun, SiteSettings
from helpdesk.core.selectors import job_states
from helpdesk.core.services import read_site_settings

_JOB_NAMES = {
    "poll_channels": gettext_lazy("Ask mailboxes and providers for news"),
    "process_events": gettext_lazy("File what came in"),
    "triage_tickets": gettext_lazy("Sort what nobody has looked at"),
    "enforce_time_limits": gettext_lazy("Warn of time limits and record missed ones"),
    "escalate_time_limits": gettext_lazy("Do what policies say about missed limits"),
    "recount_time_limits": gettext_lazy("Count time limits anew after a change of set-up"),
    "assign_tickets": gettext_lazy("Give waiting tickets to whoever is free"),
    "wake_tickets": gettext_lazy("Bring back what was put aside"),
    "mail_notifications": gettext_lazy("Mail notifications that nobody saw"),
    "remind_customers": gettext_lazy("Remind customers who do not answer"),
    "watch_bots": gettext_lazy("Give people what a bot has not answered in time"),
    "score_tickets": gettext_lazy("Bring priority scores up to date"),
    "learn_topics": gettext_lazy("Learn the words of topics from resolved tickets"),
    "send_messages": gettext_lazy("Send replies"),
    "recover_leases": gettext_lazy("Take over from workers that died"),
    "sync_templates": gettext_lazy("Read the message templates of all channels"),
    "check_channels": gettext_lazy("Try the connections of all channels"),
    "mail_chat_answers": gettext_lazy("Mail chat answers that nobody fetched"),
    "end_idle_work": gettext_lazy("End work that nobody is at any more"),
    "settle_wrap_ups": gettext_lazy("Add up the work after calls"),
    "waiting_rules": gettext_lazy("Carry out rules whose time has come"),
    "close_tickets": gettext_lazy("Close tickets that stayed resolved"),
    "plan_surveys": gettext_lazy("Plan surveys"),
    "send_surveys": gettext_lazy("Send surveys"),
    "open_recovery_cases": gettext_lazy("Find customers who are to be won back"),
    "late_recovery": gettext_lazy("Warn of late recovery cases"),
    "tell_corrections": gettext_lazy("Tell customers what was mended"),
    "ask_again": gettext_lazy("Ask customers again after recovery"),
    "expire_codes": gettext_lazy("Mark codes whose time is over"),
    "follow_actions": gettext_lazy("Warn of late actions, and count the votes after those that are done"),
    "mail_digests": gettext_lazy("Mail the weekly digest"),
    "refresh_facts": gettext_lazy("Bring the figures up to date"),
    "clean_up": gettext_lazy("Delete what is no longer needed"),
}
_VERBS = {
    str(ADDITION): gettext_lazy("added"),
    str(CHANGE): gettext_lazy("changed"),
    str(DELETION): gettext_lazy("deleted"),
}
_STATES = {
    "on_time": (gettext_lazy("on time"), "success"),
    "running": (gettext_lazy("running for the first time"), "accent"),
    "late": (gettext_lazy("late"), "warning"),
    "failing": (gettext_lazy("failing"), "danger"),
    "never": (gettext_lazy("has never run"), "quiet"),
}


def job_name(job: str) -> str:
    """What a job does, in words."""
    return str(_JOB_NAMES.get(job, job.replace("_", " ")))


def silence_words(site: SiteSettings) -> str:
    """What these settings do to a ticket that waits for a silent customer, in sentences."""
    sentences = []
    if site.remind_after is not None and site.most_reminders:
        words = ngettext(
            "A customer who has not answered for %(time)s is reminded once.",
            "A customer who has not answered for %(time)s is reminded, and again each %(time)s, %(count)d times in all.",
            site.most_reminders,
        )
        sentences.append(words % {"time": duration_words(site.remind_after), "count": site.most_reminders})
    else:
        sentences.append(_("Nobody is reminded."))
    if site.resolve_silent_after is None:
        sentences.append(_("The ticket then waits until somebody resolves it."))
    elif site.remind_after is not None and site.most_reminders:
        words = _("%(time)s after the last reminder the ticket is resolved.")
        sentences.append(words % {"time": duration_words(site.resolve_silent_after)})
    else:
        words = _("After %(time)s of silence the ticket is resolved.")
        sentences.append(words % {"time": duration_words(site.resolve_silent_after)})
    sentences.append(_("It begins when a ticket is set to wait for the customer, and an answer ends it."))
    return " ".join(sentences)


@admin.register(SiteSettings)
class SiteSettingsAdmin(ServiceAdmin):
    """One row, so its form is the page."""

    fieldsets = (
        (None, {"fields": ("time_zone", "default_language", "default_country")}),
        (
            gettext_lazy("Tickets"),
            {"fields": ("late_after", "reopen_window", "session_gap", "acknowledge_new_tickets")},
        ),
        (
            gettext_lazy("Customers who do not answer"),
            {"fields": ("remind_after", "most_reminders", "resolve_silent_after", "what_happens")},
        ),
    )

    readonly_fields = ("what_happens",)

    @admin.display(description=gettext_lazy("what happens now"))
    def what_happens(self, site: SiteSettings) -> str:
        return silence_words(site)

    def formfield_for_dbfield(self, db_field: Field, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "time_zone":
            zones = sorted(zoneinfo.available_timezones())
            kwargs["widget"] = forms.Select(choices=[(zone, zone) for zone in zones])
        elif db_field.name == "default_language":
            kwargs["widget"] = forms.Select(choices=settings.LANGUAGES)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> SiteSettings | None:
        return read_site_settings() if object_id == "1" else None

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(reverse("admin:core_sitesettings_change", args=[1]))

    def response_post_save_change(self, request: HttpRequest, obj: SiteSettings) -> HttpResponseRedirect:
        return HttpResponseRedirect(reverse("admin:core_sitesettings_change", args=[1]))


class OutcomeFilter(admin.SimpleListFilter):
    title = gettext_lazy("outcome")
    parameter_name = "outcome"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("failed", _("failed")), ("useful", _("handled something")), ("running", _("still running"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[JobRun]) -> QuerySet[JobRun]:
        if self.value() == "failed":
            return queryset.exclude(error="")
        if self.value() == "useful":
            return queryset.filter(handled__gt=0)
        return queryset.filter(ended_at=None) if self.value() == "running" else queryset


class JobFilter(admin.SimpleListFilter):
    title = gettext_lazy("job")
    parameter_name = "job"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(job, job_name(job)) for job in current_app.conf.beat_schedule or {}]

    def queryset(self, request: HttpRequest, queryset: QuerySet[JobRun]) -> QuerySet[JobRun]:
        return queryset.filter(job=self.value()) if self.value() else queryset


@admin.register(JobRun)
class JobRunAdmin(ReadOnlyAdmin):
    """The timetable above, its runs below."""

    list_title = gettext_lazy("Timetable")
    list_display = ("what", "started_at", "took", "handled", "outcome")
    list_filter = (OutcomeFilter, JobFilter)
    search_fields = ("=job", "error")
    search_help_text = gettext_lazy("Name of the job, or words of its error")
    ordering = ("-started_at",)
    sortable_by = ("started_at",)
    fields = ("what", "started_at", "ended_at", "took", "handled", "outcome", "error_text")
    readonly_fields = fields
    change_list_template = "admin/core/jobrun/change_list.html"
    empty_title = gettext_lazy("No job has run yet.")
    empty_text = gettext_lazy("The timetable runs with the worker and beat processes.")

    def title_of(self, obj: JobRun) -> str:
        return job_name(obj.job)

    @admin.display(description=gettext_lazy("job"), ordering="job")
    def what(self, run: JobRun) -> str:
        return job_name(run.job)

    @admin.display(description=gettext_lazy("took"))
    def took(self, run: JobRun) -> str:
        if run.ended_at is None:
            return "–"
        return _("%(seconds).2f s") % {"seconds": (run.ended_at - run.started_at).total_seconds()}

    @admin.display(description=gettext_lazy("outcome"))
    def outcome(self, run: JobRun) -> SafeString:
        if run.error:
            return state_badge(_("failed"), "danger")
        return state_badge(_("done"), "success") if run.ended_at else state_badge(_("still running"), "accent")

    @admin.display(description=gettext_lazy("error"))
    def error_text(self, run: JobRun) -> str:
        return run.error or "–"

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        schedule = current_app.conf.beat_schedule or {}
        timetable = [(job, float(entry["schedule"])) for job, entry in schedule.items()]
        rows = [(state, job_name(state.job), *_STATES[state.state]) for state in job_states(timetable)]
        context = {"hd_jobs": rows, "may_run": request.user.has_perm("core.change_jobrun")}
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def get_urls(self) -> list[URLPattern]:
        run = self.admin_site.admin_view(self.run_now)
        return [path("run/<slug:job>/", run, name="core_jobrun_run"), *super().get_urls()]

    def run_now(self, request: HttpRequest, job: str) -> HttpResponse:
        """Start a job of the timetable out of turn."""
        if not request.user.has_perm("core.change_jobrun"):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        entry = (current_app.conf.beat_schedule or {}).get(job)
        if entry is None:
            raise Http404
        try:
            ring(entry["task"])
        except Exception:
            # Whatever the broker's client raises: people should read what it means, not what it is called.
            self.message_user(request, _("The broker does not answer, so no job can be started."), messages.ERROR)
        else:
            self.message_user(request, _("“%(job)s” is started; its run appears below.") % {"job": job_name(job)})
        return HttpResponseRedirect(reverse("admin:core_jobrun_changelist"))


class VerbFilter(admin.SimpleListFilter):
    title = gettext_lazy("what was done")
    parameter_name = "verb"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(flag, str(word)) for flag, word in _VERBS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[LogEntry]) -> QuerySet[LogEntry]:
        return queryset.filter(action_flag=int(self.value() or 0)) if self.value() in _VERBS else queryset


@admin.register(LogEntry)
class LogEntryAdmin(ReadOnlyAdmin):
    """What was changed by hand in the admin."""

    list_title = gettext_lazy("Changes")
    list_display = ("action_time", "user", "what_kind", "object_repr", "change")
    list_filter = (VerbFilter,)
    search_fields = ("object_repr", "user__username")
    search_help_text = gettext_lazy("Name of the object, or of who changed it")
    list_select_related = ("user", "content_type")
    ordering = ("-action_time",)
    sortable_by = ("action_time",)
    fields = ("action_time", "user", "what_kind", "object_repr", "change")
    readonly_fields = fields
    empty_title = gettext_lazy("Nobody has changed a setting yet.")

    @admin.display(description=gettext_lazy("kind"))
    def what_kind(self, entry: LogEntry) -> str:
        return str(entry.content_type.name) if entry.content_type else "–"

    @admin.display(description=gettext_lazy("change"))
    def change(self, entry: LogEntry) -> str:
        return entry.get_change_message() or "–"
