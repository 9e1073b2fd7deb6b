"""Channels: set up by kind, tested, paused, and always saying how they are doing."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.expressions import RawSQL
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.debug import sensitive_post_parameters

from channels_app.adapters.base import Can, ChannelConfig
from channels_app.admin.channel_form import channel_form_class, config_fieldsets, stored_secrets
from channels_app.admin.trial import TrialButtons, start_trial, trial_buttons
from channels_app.models import Brand, Channel, InboundEvent
from channels_app.policies.health import ChannelFacts, Health, health_of
from channels_app.registry import adapter_class, kind_choices, kinds
from channels_app.selectors import bio_text, forget_own_mail_addresses
from channels_app.services.pausing import pause_channel, resume_channel
from channels_app.services.polling import check_channel
from channels_app.services.templates import sync_channel_templates
from helpdesk.common.admin import ObjectButton, ServiceAdmin, state_badge
from helpdesk.common.clock import now
from helpdesk.common.doorbell import ring
from helpdesk.common.errors import InvalidInput
from helpdesk.common.icons import picture

_MOST_SHOWN = 99
# Counted per channel and never further than shown; reads the partial index of quarantined events.
_QUARANTINED = RawSQL(
    "(SELECT count(*) FROM (SELECT 1 FROM channels_app_inboundevent e WHERE e.channel_id = channels_app_channel.id "
    "AND e.state = 'quarantined' LIMIT 100) capped)",
    [],
)

_LAST_HOUR = RawSQL(
    "(SELECT count(*) FROM (SELECT 1 FROM channels_app_inboundevent e WHERE e.channel_id = channels_app_channel.id "
    "AND e.received_at > statement_timestamp() - interval '1 hour' LIMIT 1000) capped)",
    [],
)


def is_polled(channel: Channel) -> bool:
    """Whether this channel is asked for news; False for a kind that is not installed any more."""
    try:
        return adapter_class(channel.kind)(ChannelConfig(config=channel.config)).is_polled
    except InvalidInput:
        return False


def setup_url(channel: Channel) -> str:
    """The page that helps to set the channel up outside of here; "" where its kind has none."""
    route = adapter_class(channel.kind).setup_route if channel.kind in kinds() else ""
    try:
        return reverse(route, args=[channel.pk]) if route else ""
    except NoReverseMatch:  # the page belongs to a higher app, which may not be installed
        return ""


def kind_icon(kind: str) -> str:
    """The name of the icon of a kind; a general one where the kind is not installed any more."""
    return adapter_class(kind).icon if kind in kinds() else "message-circle"


def health(channel: Any) -> Health:
    """The state of a channel fetched with ``ChannelAdmin.get_queryset``."""
    facts = ChannelFacts(
        is_active=channel.is_active,
        is_polled=is_polled(channel),
        poll_every=timedelta(seconds=channel.poll_every_seconds),
        failures=channel.consecutive_failures,
        last_ok_at=channel.last_ok_at,
        last_delivery_at=channel.last_delivery_at,
        oldest_waiting_at=channel.oldest_waiting_at,
        is_simulated=channel.is_simulated,
        sending_paused_until=channel.sending_paused_until,
        paused_reason=channel.paused_reason,
        credentials_expire_at=channel.credentials_expire_at,
    )
    return health_of(facts, at=now())


@admin.register(Channel)
class ChannelAdmin(TrialButtons, ServiceAdmin):
    list_display = ("name_and_kind", "state", "address", "last_sign", "quarantined", "brand")
    list_filter = ("is_active", "kind")
    list_select_related = ("brand",)
    search_fields = ("name", "slug")
    search_help_text = gettext_lazy("Name or short name")
    sortable_by = ()
    prepopulated_fields = {"slug": ("name",)}
    empty_title = gettext_lazy("No channels yet.")
    empty_text = gettext_lazy("Add the mailbox your customers write to; their mails then become tickets.")
    object_buttons = (
        ObjectButton(
            name="test", label=gettext_lazy("Test connection"), permission="channels_app.change_channel", icon="test"
        ),
        ObjectButton(
            name="poll", label=gettext_lazy("Poll now"), permission="channels_app.change_channel", icon="again"
        ),
        ObjectButton(
            name="templates",
            label=gettext_lazy("Sync templates"),
            permission="channels_app.change_channel",
            icon="again",
        ),
        ObjectButton(
            name="pause",
            label=gettext_lazy("Pause"),
            permission="channels_app.change_channel",
            icon="pause",
            question=gettext_lazy("Pause this channel? Until it is resumed nothing is fetched or accepted here."),
        ),
        ObjectButton(
            name="resume", label=gettext_lazy("Resume"), permission="channels_app.change_channel", icon="play"
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Channel]:
        here = InboundEvent.objects.filter(channel=OuterRef("pk"))
        return (
            super()
            .get_queryset(request)
            .annotate(
                quarantined_count=_QUARANTINED,
                last_hour_count=_LAST_HOUR,
                last_delivery_at=Subquery(here.order_by("-received_at").values("received_at")[:1]),
                oldest_waiting_at=Subquery(here.filter(state="received").order_by("pk").values("received_at")[:1]),
            )
        )

    # The list ------------------------------------------------------------------------------------------------------

    @admin.display(description=gettext_lazy("channel"))
    def name_and_kind(self, channel: Channel) -> SafeString:
        kind = dict(kind_choices()).get(channel.kind, channel.kind)
        return format_html(
            '<span class="hd-kind" title="{1}">{0}<span>{2}</span></span>',
            picture(kind_icon(channel.kind)),
            kind,
            channel,
        )

    @admin.display(description=gettext_lazy("address"))
    def address(self, channel: Channel) -> str:
        return str(channel.config.get("address") or channel.config.get("deliver_url") or "–")

    @admin.display(description=gettext_lazy("state"))
    def state(self, channel: Channel) -> SafeString:
        found = health(channel)
        badge = state_badge(found.word, found.tone)
        if found.tone == "danger":
            return format_html('{}<span class="hd-sub hd-break">{}</span>', badge, channel.last_error[:160])
        return (
            format_html('{}<span class="hd-sub">{}</span>', badge, found.advice) if found.tone == "warning" else badge
        )

    @admin.display(description=gettext_lazy("last success"))
    def last_sign(self, channel: Any) -> str:
        moment = channel.last_ok_at if is_polled(channel) else channel.last_delivery_at
        return naturaltime(moment) if moment else "–"

    @admin.display(description=gettext_lazy("quarantined"))
    def quarantined(self, channel: Any) -> SafeString | str:
        count = channel.quarantined_count
        if not count:
            return "0"
        shown = f"{_MOST_SHOWN}+" if count > _MOST_SHOWN else count
        try:
            address = reverse("admin:channels_app_inboundevent_changelist")
        except NoReverseMatch:  # the page belongs to a higher app, which may not be installed
            return str(shown)
        return format_html(
            '<a href="{}?state=quarantined&amp;channel__id__exact={}">{}</a>', address, channel.pk, shown
        )

    # The form ------------------------------------------------------------------------------------------------------

    @method_decorator(sensitive_post_parameters())
    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().changeform_view(request, *args, **kwargs)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if request.method == "POST" and "try" in request.POST and self.has_add_permission(request):
            return start_trial(request)
        if request.GET.get("kind") in kinds() or not self.has_add_permission(request):
            return super().add_view(request, form_url, extra_context)
        choices = [
            (kind, label, picture(kind_icon(kind)), adapter_class(kind).summary) for kind, label in kind_choices()
        ]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Which kind of channel?"),
            "opts": self.opts,
            "hd_kinds": choices,
        }
        return TemplateResponse(request, "admin/channels_app/channel/choose_kind.html", context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        channel = self.get_object(request, object_id)
        if channel is not None:
            extra_context = {**(extra_context or {}), **self.state_context(channel)}
        return super().change_view(request, object_id, form_url, extra_context)

    def state_context(self, channel: Channel) -> dict[str, Any]:
        """What the card above the form says."""
        takes_webhooks = channel.kind in kinds() and Can.WEBHOOK in adapter_class(channel.kind).can
        webhook_path = f"/hooks/{channel.kind}/{channel.uuid}/"
        return {
            "hd_channel": channel,
            "hd_health": health(channel),
            "hd_is_polled": is_polled(channel),
            "hd_kind": dict(kind_choices()).get(channel.kind, channel.kind),
            "hd_webhook_url": settings.SITE_URL.rstrip("/") + webhook_path if takes_webhooks else "",
            "hd_quarantined": self.quarantined(channel),
            "hd_setup_url": setup_url(channel),
            "hd_bio": bio_text(channel.pk) if channel.coverage != Channel.Coverage.FULL else "",
        }

    def _kind(self, request: HttpRequest, obj: Channel | None) -> str:
        return obj.kind if obj else str(request.GET.get("kind"))

    def get_form(self, request: HttpRequest, obj: Channel | None = None, change: bool = False, **kwargs: Any) -> Any:
        kwargs["form"] = channel_form_class(self._kind(request, obj), sorted(stored_secrets(obj)))
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Channel | None = None) -> Any:
        kind = self._kind(request, obj)
        names = ("name", "slug", "brand", "position", "is_public", "is_listed", "coverage")
        common = (gettext_lazy("Name"), {"fields": names})
        if not self.has_change_permission(request, obj) and obj is not None:
            return (common,)
        own = config_fieldsets(kind, sorted(stored_secrets(obj)))
        rules = ["reopen_window", "session_gap", "messaging_window", "resend_unknown"]
        if Can.POLL in adapter_class(kind).can:
            rules.insert(0, "poll_every_seconds")
        return (common, *own, (gettext_lazy("Rules"), {"fields": rules, "classes": ("collapse",)}))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Where there is one brand it is the one."""
        brands = list(Brand.objects.values_list("pk", flat=True)[:2])
        return {"brand": brands[0]} if len(brands) == 1 else {}

    def get_prepopulated_fields(self, request: HttpRequest, obj: Channel | None = None) -> Any:
        return {} if obj else super().get_prepopulated_fields(request, obj)

    def save_model(self, request: HttpRequest, obj: Channel, form: Any, change: bool) -> None:
        if not change:
            obj.kind = self._kind(request, None)
        obj.made_secrets = form.apply_config(obj)  # type: ignore[attr-defined]  # for response_add of this very request
        super().save_model(request, obj, form, change)
        forget_own_mail_addresses()

    def response_add(self, request: HttpRequest, obj: Channel, post_url_continue: str | None = None) -> HttpResponse:
        """To the channel itself, where it can be tested; secrets that were made up for it are shown once on the way."""
        made: dict[str, Any] = obj.made_secrets  # type: ignore[attr-defined]
        if not made:
            return super().response_add(request, obj, post_url_continue)
        lines = [str(line) for value in made.values() for line in (value if isinstance(value, list) else [value])]
        context = {
            **self.admin_site.each_context(request),
            "title": _("The channel is ready"),
            "opts": self.opts,
            "lines": lines,
            **self.state_context(self.get_queryset(request).get(pk=obj.pk)),
        }
        return TemplateResponse(request, "admin/channels_app/channel/made_secrets.html", context)

    def response_post_save_add(self, request: HttpRequest, obj: Channel) -> HttpResponseRedirect:
        return HttpResponseRedirect(reverse("admin:channels_app_channel_change", args=[obj.pk]))

    # The buttons ---------------------------------------------------------------------------------------------------

    def get_object_buttons(self, request: HttpRequest, obj: Channel) -> list[ObjectButton]:
        unfit = {"resume"} if obj.is_active else {"pause", "poll"}
        if not is_polled(obj):
            unfit.add("poll")
        if obj.is_simulated:
            unfit |= {"test", "templates"}
        if obj.kind not in kinds() or Can.TEMPLATES not in adapter_class(obj.kind).can:
            unfit.add("templates")
        buttons = [button for button in super().get_object_buttons(request, obj) if button.name not in unfit]
        return [*(b for b in trial_buttons(obj) if request.user.has_perm(b.permission)), *buttons]

    def do_test(self, request: HttpRequest, channel: Channel) -> HttpResponse:
        """Ask the provider now and show what works, what fails and what to do."""
        context = {
            **self.admin_site.each_context(request),
            "title": _("Connection of “%(channel)s”") % {"channel": channel},
            "opts": self.opts,
            "original": channel,
            "findings": check_channel(channel_id=channel.pk),
        }
        return TemplateResponse(request, "admin/channels_app/channel/findings.html", context)

    def do_poll(self, request: HttpRequest, channel: Channel) -> None:
        try:
            ring("channels_app.tasks.poll_channel", channel.pk)
        except Exception:
            # Whatever the broker's client raises: people should read what it means, not what it is called.
            self.message_user(
                request, _("The broker does not answer. The next scheduled poll will do it."), messages.ERROR
            )
        else:
            self.message_user(request, _("The channel is being polled; new messages appear as they come in."))

    def do_templates(self, request: HttpRequest, channel: Channel) -> None:
        """Read the provider's templates now; a refusal is shown with what to do."""
        count = sync_channel_templates(channel_id=channel.pk)
        words = ngettext("%(count)d template can be sent.", "%(count)d templates can be sent.", count)
        self.message_user(request, words % {"count": count}, messages.SUCCESS)

    def do_pause(self, request: HttpRequest, channel: Channel) -> None:
        pause_channel(channel_id=channel.pk)
        self.log_change(request, channel, "paused")
        self.message_user(request, _("The channel is paused."), messages.SUCCESS)

    def do_resume(self, request: HttpRequest, channel: Channel) -> None:
        resume_channel(channel_id=channel.pk)
        self.log_change(request, channel, "resumed")
        self.message_user(request, _("The channel is working again."), messages.SUCCESS)
