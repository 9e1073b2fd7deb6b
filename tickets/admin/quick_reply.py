"""Quick replies and their folders: the list, the form with its variants, a preview, and moving them."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, F, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from helpdesk.common.admin import ServiceAdmin, state_badge
from helpdesk.common.errors import HelpdeskError
from tickets.admin.doors import AgentRequest, door
from tickets.admin.quick_reply_exchange import export_view, import_view
from tickets.admin.quick_reply_form import QuickReplyForm, VariantForm, VariantsFormSet, given_of, kept_variants
from tickets.admin.quick_reply_panel import suggest
from tickets.models import QuickReply, QuickReplyFolder, QuickReplyVariant, Scope, Ticket
from tickets.policies.placeholders import FAMILIES, PLACEHOLDERS, check_placeholders
from tickets.selectors.library import may_write
from tickets.selectors.rendered_replies import Reading, fill_text
from tickets.services.actors import Actor
from tickets.services.quick_replies import (
    GivenVariant,
    create_quick_reply,
    delete_quick_reply,
    mark_variant_right,
    update_quick_reply,
)

_RIGHT = "_right_"


class StaleFilter(admin.SimpleListFilter):
    """Those with a variant that is older than its source."""

    title = gettext_lazy("variants")
    parameter_name = "stale"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("1", _("stale"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[QuickReply]) -> QuerySet[QuickReply]:
        # The list counts them for its column.
        return queryset.filter(Q(stale_count__gt=0)) if self.value() == "1" else queryset


def _may_write(request: HttpRequest, obj: QuickReply | None) -> bool:
    return obj is None or may_write(
        request.user, "quickreply", scope=obj.scope, owner_id=obj.owner_id, team_id=obj.team_id
    )


class VariantInline(admin.StackedInline):
    model = QuickReplyVariant
    form = VariantForm
    formset = VariantsFormSet
    fields = (("language", "channel_kind"), "text", "standing")
    readonly_fields = ("standing",)
    extra = 0
    max_num = 100

    # Whoever may write the source writes its variants.

    def has_add_permission(self, request: HttpRequest, obj: QuickReply | None = None) -> bool:
        return self.has_change_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: QuickReply | None = None) -> bool:
        return request.user.has_perm("tickets.change_quickreply") and _may_write(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: QuickReply | None = None) -> bool:
        return self.has_change_permission(request, obj)

    @admin.display(description=gettext_lazy("against the source"))
    def standing(self, variant: QuickReplyVariant) -> SafeString | str:
        """Whether it still says what the source says; a stale one stands beside the source."""
        if variant.pk is None:
            return _("new")
        source = variant.quick_reply
        if variant.source_version >= source.version:
            return state_badge(_("up to date"), "success")
        return format_html(
            '{}<div class="hd-beside"><p>{}</p><div dir="auto">{}</div></div>'
            '<button type="submit" class="hd-button" name="{}{}" value="1">{}</button>',
            state_badge(_("stale"), "warning"),
            _("The source now says:"),
            source.text,
            _RIGHT,
            variant.pk,
            _("Still right"),
        )


@admin.register(QuickReply)
class QuickReplyAdmin(ServiceAdmin):
    form = QuickReplyForm
    list_display = ("title_and_shortcut", "folder", "for_whom", "wordings", "use_count", "last_used_at", "state")
    list_filter = ("folder", "scope", StaleFilter, "is_active")
    list_select_related = ("folder", "owner", "team")
    search_fields = ("title", "shortcut", "text")
    ordering = ("folder__name", "title", "id")
    sortable_by = ("title_and_shortcut", "folder", "use_count", "last_used_at")
    autocomplete_fields = ("topics",)
    inlines = (VariantInline,)
    is_deletable = True
    change_form_template = "admin/tickets/quickreply/change_form.html"
    change_list_template = "admin/tickets/quickreply/change_list.html"
    empty_title = gettext_lazy("No quick replies yet.")
    empty_text = gettext_lazy("Write down what you answer often; in the composer “/” finds it again.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[QuickReply]:
        stale = Count("variants", filter=Q(variants__source_version__lt=F("version")))
        rows = QuickReply.objects.visible_to(request.user).annotate(stale_count=stale)
        return rows.order_by(*self.ordering).prefetch_related("variants")

    def has_change_permission(self, request: HttpRequest, obj: QuickReply | None = None) -> bool:
        return super().has_change_permission(request, obj) and _may_write(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: QuickReply | None = None) -> bool:
        return super().has_delete_permission(request, obj) and _may_write(request, obj)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Deleting asks a service for each one; a bulk would ask nobody."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def get_form(self, request: HttpRequest, obj: QuickReply | None = None, change: bool = False, **kwargs: Any) -> Any:
        return type("QuickReplyFormOfUser", (super().get_form(request, obj, change, **kwargs),), {"user": request.user})

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        folder = request.GET.get("folder", "")
        return {"scope": Scope.PERSONAL} | ({"folder": folder} if folder.isdecimal() else {})

    def get_urls(self) -> list[URLPattern]:
        own: list[Any] = [
            path("suggest/", door(suggest), name="tickets_quickreply_suggest"),
            path("preview/", door(preview, method="POST"), name="tickets_quickreply_preview"),
            path("export/<slug:form>/", door(export_view), name="tickets_quickreply_export"),
            path("import/", door(import_view, method="GET, POST"), name="tickets_quickreply_import"),
        ]
        return [*own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        may_import = request.user.has_perm("tickets.add_quickreply")
        return super().changelist_view(request, {"hd_may_import": may_import, **(extra_context or {})})

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["hd_placeholders"] = [*PLACEHOLDERS.items(), *FAMILIES.items()]
        return super().render_change_form(request, context, *args, **kwargs)

    # Saving: the service writes source and variants together -----------------------------------------------------------

    def save_model(self, request: HttpRequest, obj: QuickReply, form: Any, change: bool) -> None:
        """Nothing yet: see ``save_related``."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        variants = [
            GivenVariant(language=row["language"], channel_kind=row["channel_kind"], text=row["text"])
            for formset in formsets
            for row in kept_variants(formset)
        ]
        given, actor = given_of(form.cleaned_data, variants), Actor.agent(request.user)  # type: ignore[arg-type]
        for formset in formsets:
            # What the log of changes reads; the service has written the rows.
            formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []
        if change:
            update_quick_reply(quick_reply_id=form.instance.pk, changes=vars(given), actor=actor)
            for name in request.POST:
                if name.startswith(_RIGHT) and name.removeprefix(_RIGHT).isdecimal():
                    self._mark_right(int(name.removeprefix(_RIGHT)), form.instance, actor)
        else:
            form.instance.pk = create_quick_reply(given=given, actor=actor).pk

    def _mark_right(self, variant_id: int, quick_reply: QuickReply, actor: Actor) -> None:
        if quick_reply.variants.filter(pk=variant_id).exists():
            mark_variant_right(variant_id=variant_id, actor=actor)

    def delete_model(self, request: HttpRequest, obj: QuickReply) -> None:
        delete_quick_reply(quick_reply_id=obj.pk, actor=Actor.agent(request.user))  # type: ignore[arg-type]

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A refusal is told on the object's own page."""
        try:
            return super().delete_view(request, object_id, extra_context)
        except HelpdeskError as error:
            messages.error(request, error.message)
            return HttpResponseRedirect("../change/")

    def response_change(self, request: HttpRequest, obj: QuickReply) -> HttpResponse:
        if any(name.startswith(_RIGHT) for name in request.POST):
            messages.success(request, _("Saved, and said to be still right."))
            return HttpResponseRedirect(request.path)
        return super().response_change(request, obj)

    # The columns -------------------------------------------------------------------------------------------------------

    @admin.display(description=gettext_lazy("title"), ordering="title")
    def title_and_shortcut(self, quick_reply: QuickReply) -> SafeString | str:
        if not quick_reply.shortcut:
            return quick_reply.title
        return format_html("{} <kbd>/{}</kbd>", quick_reply.title, quick_reply.shortcut)

    @admin.display(description=gettext_lazy("for"))
    def for_whom(self, quick_reply: QuickReply) -> str:
        return str(quick_reply.team) if quick_reply.scope == Scope.TEAM else str(quick_reply.get_scope_display())

    @admin.display(description=gettext_lazy("wordings"))
    def wordings(self, quick_reply: Any) -> SafeString | str:
        """The source's language and its variants', with a mark where some are stale."""
        codes = [quick_reply.language, *(str(variant) for variant in quick_reply.variants.all())]
        words = ", ".join(dict.fromkeys(code for code in codes if code)) or _("any language")
        if not quick_reply.stale_count:
            return words
        stale = ngettext("%(count)d stale", "%(count)d stale", quick_reply.stale_count)
        return format_html("{} {}", words, state_badge(stale % {"count": quick_reply.stale_count}, "warning"))

    @admin.display(description=gettext_lazy("state"), ordering="is_active")
    def state(self, quick_reply: QuickReply) -> SafeString:
        return state_badge(_("in use"), "success") if quick_reply.is_active else state_badge(_("switched off"), "quiet")


def preview(request: AgentRequest) -> HttpResponse:
    """What a customer would read of the ``text`` of a form on the ticket with the ``number``; nothing is stored."""
    if not request.user.has_perm("tickets.add_quickreply"):
        raise Http404
    number = request.POST.get("number", "").strip().lstrip("#")
    ticket = None
    if number.isascii() and number.isdigit() and len(number) < 19:
        seen = Ticket.objects.visible_to(request.user).select_related("customer__organization", "channel__brand")
        ticket = seen.filter(number=int(number)).first()
    text, language = request.POST.get("text", "")[:20_000], request.POST.get("language", "")[:12]
    context: dict[str, Any] = {"ticket": ticket, "number": number}
    try:
        check_placeholders(text)
    except HelpdeskError as error:
        context["fault"] = error.message
    else:
        context["rendered"] = fill_text(text, Reading(ticket=ticket, agent=request.user), language)
    return render(request, "admin/tickets/quickreply/preview.html", context)


@admin.register(QuickReplyFolder)
class QuickReplyFolderAdmin(ServiceAdmin):
    list_display = ("name", "parent", "content")
    list_select_related = ("parent",)
    search_fields = ("name",)
    ordering = ("name", "id")
    sortable_by = ("name",)
    fields = ("name", "parent")
    is_deletable = True
    empty_title = gettext_lazy("No folders yet.")
    empty_text = gettext_lazy("Quick replies can do without; many are found better in folders.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[QuickReplyFolder]:
        return super().get_queryset(request).annotate(reply_count=Count("quick_replies"))

    @admin.display(description=gettext_lazy("quick replies"))
    def content(self, folder: Any) -> int:
        return int(folder.reply_count)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "parent" and request.resolver_match is not None and field is not None:
            own = request.resolver_match.kwargs.get("object_id", "")
            if own.isdecimal() and field.queryset is not None:
                # A folder cannot lie in itself, nor in one that lies in it.
                field.queryset = field.queryset.exclude(pk__in=_inside(int(own)))
        return field


def _inside(folder_id: int) -> list[int]:
    parents = dict(QuickReplyFolder.objects.values_list("pk", "parent_id"))
    found = [folder_id]
    while more := [pk for pk, parent in parents.items() if parent in found and pk not in found]:
        found += more
    return found
