"""Bots: how they are set up, when they hand over, and a page on which they can be tried."""

from typing import Any

from django.contrib import admin, messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.common.admin import ServiceAdmin, state_badge
from helpdesk.common.errors import HelpdeskError
from tickets.admin.bot_form import BotForm, HandoffRuleForm
from tickets.models import Bot, HandoffRule
from tickets.policies.bot import Talk
from tickets.services.actors import Actor
from tickets.services.bot_handing_over import reason_text
from tickets.services.bots import save_bot, try_bot

_SALT = "bot-trial"
_LONGEST_TRIAL = 40
_TALK_FIELDS = (
    "stage", "asking", "attempts", "shown", "collected", "turns", "low_confidence_count", "because",
)  # fmt: skip


class HandoffRuleInline(admin.StackedInline):
    model = HandoffRule
    form = HandoffRuleForm
    extra = 0
    verbose_name = gettext_lazy("rule")
    verbose_name_plural = gettext_lazy("Hands over to a person, the first that holds")


@admin.register(Bot)
class BotAdmin(ServiceAdmin):
    form = BotForm
    inlines = (HandoffRuleInline,)
    list_display = ("name", "state", "where", "talks", "try_it")
    ordering = ("name",)
    sortable_by = ("name",)
    actions = None
    readonly_fields = ("try_it",)
    list_title = gettext_lazy("Bots")
    empty_title = gettext_lazy("No bot yet")
    empty_text = gettext_lazy(
        "A bot greets, answers from your help articles and asks for what is missing. A person is one button away in every message."
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Bot]:
        handed_off = Count("sessions", filter=Q(sessions__state="handed_off"))
        rows = super().get_queryset(request).prefetch_related("channels")
        return rows.annotate(talk_count=Count("sessions"), handed_count=handed_off)

    def get_fieldsets(self, request: HttpRequest, obj: Bot | None = None) -> Any:
        form = self.get_form(request, obj)(instance=obj)
        texts = [name for name in form.fields if name.startswith(("greeting_", "hours_message_"))]
        about = ("name", "is_active", "channels", "works", *(("try_it",) if obj is not None else ()))
        return (
            (None, {"fields": about}),
            (_("Answers"), {"fields": ("answers_from_articles", "threshold", "uses_llm")}),
            (_("Questions"), {"fields": ("questions_text",)}),
            (_("When the customer has gone"), {"fields": ("quiet_after", "resolves_quiet")}),
            (_("Texts of its own"), {"fields": texts, "classes": ("collapse",)}),
        )

    def get_form(self, request: HttpRequest, obj: Bot | None = None, change: bool = False, **kwargs: Any) -> Any:
        # The texts by language are fields that the form makes itself.
        return super().get_form(request, obj, change=change, **(kwargs | {"fields": BotForm.Meta.fields}))

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [path("<int:object_id>/try/", wrap(self.try_view), name="tickets_bot_try"), *super().get_urls()]

    def save_model(self, request: Any, obj: Bot, form: BotForm, change: bool) -> None:
        try:
            saved = save_bot(
                bot_id=obj.pk if change else None,
                changes=form.as_changes(),
                channel_ids=[channel.pk for channel in form.cleaned_data["channels"]],
                actor=Actor.agent(request.user),
            )
        except HelpdeskError as error:
            if not change:
                changes = form.as_changes() | {"is_active": False}
                saved = save_bot(changes=changes, channel_ids=[], actor=Actor.agent(request.user))
                obj.pk = saved.pk
            messages.error(request, _("Not switched on: %(why)s") % {"why": error.message})
            return
        obj.pk = saved.pk

    def save_related(self, request: HttpRequest, form: BotForm, formsets: Any, change: bool) -> None:
        """The channels are saved already; a rule for whoever asks for a person stays whatever was deleted."""
        for formset in formsets:
            self.save_formset(request, form, formset, change=change)
        HandoffRule.objects.get_or_create(bot_id=form.instance.pk, kind="asked_for", defaults={"is_active": True})

    @admin.display(description=gettext_lazy("state"))
    def state(self, bot: Bot) -> SafeString:
        return state_badge(_("on"), "success") if bot.is_active else state_badge(_("off"), "quiet")

    @admin.display(description=gettext_lazy("channels"))
    def where(self, bot: Bot) -> str:
        return ", ".join(channel.name for channel in bot.channels.all()) or "–"

    @admin.display(description=gettext_lazy("talks"))
    def talks(self, bot: Any) -> str:
        values = {"talks": bot.talk_count, "handed": bot.handed_count}
        return _("%(talks)d, %(handed)d handed over") % values

    @admin.display(description=gettext_lazy("try it"))
    def try_it(self, bot: Bot) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("admin:tickets_bot_try", args=[bot.pk]), _("Try it"))

    def try_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """A chat with the bot by its real rules; nothing is sent and nothing is kept but in the page itself."""
        bot = Bot.objects.filter(pk=object_id).first()
        if bot is None:
            raise Http404
        if not self.has_view_permission(request, bot):
            raise PermissionDenied
        told, talk, why = _read_trial(request), Talk(), ""
        if told is not None:
            talk = Talk(**told["talk"])
        lines: list[dict[str, Any]] = told["lines"] if told is not None else []
        buttons: list[tuple[str, str]] = []
        payload = request.POST.get("payload", "")[:40]
        said = request.POST.get("said", "")[:500] or dict(told["buttons"] if told else ()).get(payload, "")
        if request.method == "POST" and said:
            trial = try_bot(bot=bot, talk=talk, text=said, payload=payload)
            lines = [*lines, {"who": "customer", "text": said}, {"who": "bot", "text": trial.text}][-_LONGEST_TRIAL:]
            talk, buttons = trial.talk, [list(button) for button in trial.buttons]  # type: ignore[misc]
            why = _why(trial.hand_off, trial.result, trial.score)
            is_over = bool(trial.hand_off or trial.result)
        else:
            is_over = False
        kept = {
            "lines": lines,
            "talk": {name: getattr(talk, name) for name in _TALK_FIELDS},
            "buttons": buttons,
        }
        context = {
            **self.admin_site.each_context(request),
            "title": _("Try %(bot)s") % {"bot": bot.name},
            "opts": self.model._meta,
            "bot": bot,
            "lines": lines,
            "buttons": [] if is_over else buttons,
            "is_over": is_over,
            "why": why,
            "state": signing.dumps(kept, salt=_SALT),
        }
        return TemplateResponse(request, "admin/tickets/bot/try.html", context)


def _read_trial(request: HttpRequest) -> dict[str, Any] | None:
    try:
        read: dict[str, Any] = signing.loads(request.POST.get("state", ""), salt=_SALT, max_age=24 * 3600)
    except signing.BadSignature:
        return None
    return read


def _why(hand_off: str, result: str, score: float | None) -> str:
    if hand_off:
        return _("Handed over: %(why)s.") % {"why": reason_text(hand_off)}
    if result:
        return _("Solved: the ticket would be resolved.")
    return _("The best article fits %(score).2f.") % {"score": score} if score is not None else ""
