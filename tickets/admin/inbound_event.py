"""Deliveries as they came: what was stuck and why, the raw bytes, and running them again.

The page belongs to tickets, because filing does; channels_app knows no ticket.
"""

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.db import connection
from django.db.models import Exists, Max, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_app.models import InboundEvent
from channels_app.services.polling import fetch_anyway
from channels_app.services.storing import read_body
from helpdesk.common.admin import ObjectButton, ReadOnlyAdmin, state_badge
from tickets.models import Message
from tickets.services.processing import run_event_again

State = InboundEvent.State
TABS = (State.QUARANTINED, State.RECEIVED, State.PROCESSED, State.IGNORED)
_TONES = {State.QUARANTINED: "danger", State.RECEIVED: "accent", State.PROCESSED: "success", State.IGNORED: "quiet"}
# Only waiting and quarantined deliveries have an index; of the others the newest are enough to look at.
NEWEST_SHOWN = 100_000
MOST_COUNTED = 99
_SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "x-api-key"})
_EXTENSIONS = {"message/rfc822": "eml", "application/json": "json"}


class StateFilter(admin.SimpleListFilter):
    """Which tab is open: quarantined unless another is asked for. Drawn above the list, not beside it."""

    title = gettext_lazy("state")
    parameter_name = "state"
    template = "admin/tickets/inboundevent/no_filter.html"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [*((state.value, str(state.label)) for state in TABS), ("all", _("all"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[InboundEvent]) -> QuerySet[InboundEvent]:
        state = self.value() or State.QUARANTINED
        if state in (State.QUARANTINED, State.RECEIVED):
            return queryset.filter(state=state)
        newest = InboundEvent.objects.aggregate(newest=Max("pk"))["newest"] or 0
        recent = queryset.filter(pk__gt=newest - NEWEST_SHOWN)
        return recent if state == "all" else recent.filter(state=state)


def capped_counts() -> dict[str, str]:
    """How many deliveries are quarantined and how many wait, as shown: "7", "99+". One query, two short index reads."""
    part = "(SELECT %s, count(*) FROM (SELECT 1 FROM channels_app_inboundevent WHERE state = '{0}' LIMIT %s) c)"
    states = (State.QUARANTINED.value, State.RECEIVED.value)
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(part.format(state) for state in states),
            [value for state in states for value in (state, MOST_COUNTED + 1)],
        )
        counts = dict(cursor.fetchall())
    return {state: f"{MOST_COUNTED}+" if count > MOST_COUNTED else str(count) for state, count in counts.items()}


@admin.register(InboundEvent)
class InboundEventAdmin(ReadOnlyAdmin):
    list_title = gettext_lazy("Deliveries")
    list_display = ("number", "why", "received_at", "channel", "source", "shown_size", "shown_state")
    list_filter = (StateFilter, "source", "channel")
    list_select_related = ("channel",)
    search_fields = ("=id",)
    search_help_text = gettext_lazy("Number of the delivery")
    ordering = ("-id",)
    sortable_by = ()
    actions = ("run_selected_again",)
    change_list_template = "admin/tickets/inboundevent/change_list.html"
    empty_title = gettext_lazy("Nothing here.")
    empty_text = gettext_lazy(
        "What cannot be read is kept under “quarantined”, with its reason, until somebody runs it again."
    )
    fields = (
        "number",
        "channel",
        "source",
        "received_at",
        "shown_size",
        "shown_state",
        "why",
        "attempts",
        "processed_at",
        "raw",
        "header_table",
    )
    readonly_fields = fields
    object_buttons = (
        ObjectButton(
            name="again", label=gettext_lazy("Run again"), permission="channels_app.change_inboundevent", icon="again"
        ),
        ObjectButton(
            name="fetch",
            label=gettext_lazy("Fetch anyway"),
            permission="channels_app.change_inboundevent",
            icon="download",
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[InboundEvent]:
        return super().get_queryset(request).defer("body", "headers", "meta", "dedup_key")

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> InboundEvent | None:
        """The delivery; None where it holds a message of a ticket that the user may not see."""
        event = super().get_object(request, object_id, from_field)
        if event is None:
            return None
        seen = Message.objects.visible_to(request.user).filter(pk=OuterRef("pk"))
        hidden = Message.objects.filter(~Exists(seen), inbound_event=event.pk)
        return None if hidden.exists() else event

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        context: dict[str, Any] = {}
        if self.has_view_permission(request):
            context["hd_tabs"] = self.tabs(request)
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def tabs(self, request: HttpRequest) -> list[dict[str, Any]]:
        """The tabs above the list; the other filters stay when one is chosen."""
        current = request.GET.get("state", State.QUARANTINED.value)
        kept = {name: value for name, value in request.GET.items() if name not in ("state", "p", "e")}
        counts = capped_counts()
        choices = [*((state.value, state.label) for state in TABS), ("all", _("all"))]
        return [
            {
                "label": label,
                "count": counts.get(key, ""),
                "url": "?" + urlencode({**kept, "state": key}),
                "is_current": key == current,
            }
            for key, label in choices
        ]

    def title_of(self, obj: InboundEvent) -> str:
        return _("Delivery #%(number)d") % {"number": obj.pk}

    @admin.display(description=gettext_lazy("delivery"))
    def number(self, event: InboundEvent) -> str:
        return f"#{event.pk}"

    @admin.display(description=gettext_lazy("size"))
    def shown_size(self, event: InboundEvent) -> str:
        if event.size < 10_000:
            return _("%(size)d bytes") % {"size": event.size}
        return (
            _("%(size).1f MB") % {"size": event.size / 1_048_576}
            if event.size > 1_000_000
            else _("%(size)d kB") % {"size": event.size // 1024}
        )

    @admin.display(description=gettext_lazy("state"))
    def shown_state(self, event: InboundEvent) -> SafeString:
        return state_badge(event.get_state_display(), _TONES[State(event.state)])

    @admin.display(description=gettext_lazy("reason"))
    def why(self, event: InboundEvent) -> SafeString | str:
        if not event.reason and not event.reason_code:
            return "–"
        code = (
            format_html('<span class="hd-sub"><code>{}</code></span>', event.reason_code) if event.reason_code else ""
        )
        return format_html('<span class="hd-break">{}</span>{}', event.reason, code)

    @admin.display(description=gettext_lazy("raw delivery"))
    def raw(self, event: InboundEvent) -> SafeString | str:
        if not event.size:
            return _("empty")
        address = reverse("admin:channels_app_inboundevent_raw", args=[event.pk])
        note = _("Saved as a file; open it in a text editor only. It is what a stranger sent.")
        return format_html(
            '<a class="hd-button hd-button-small" href="{}" download>{}</a><span class="hd-sub">{}</span>',
            address,
            _("Download"),
            note,
        )

    @admin.display(description=gettext_lazy("headers"))
    def header_table(self, event: InboundEvent) -> SafeString | str:
        rows = [
            (name, _("not shown") if name.lower() in _SECRET_HEADERS else str(value)[:2000])
            for name, value in sorted(event.headers.items())[:200]
        ]
        if not rows:
            return "–"
        cells = format_html_join("", '<tr><th scope="row">{}</th><td class="hd-break">{}</td></tr>', rows)
        return format_html('<div class="hd-scroll"><table class="hd-headers"><tbody>{}</tbody></table></div>', cells)

    def get_urls(self) -> list[URLPattern]:
        raw = self.admin_site.admin_view(self.download_raw)
        return [path("<int:event_id>/raw/", raw, name="channels_app_inboundevent_raw"), *super().get_urls()]

    def download_raw(self, request: HttpRequest, event_id: int) -> HttpResponse:
        """The bytes as they came, as a file: no browser renders what a stranger sent."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        event = self.get_object(request, str(event_id))
        if event is None or not self.has_view_permission(request, event):
            raise Http404
        extension = _EXTENSIONS.get(event.content_type.partition(";")[0].strip().lower(), "txt")
        try:
            body = read_body(event)
        except FileNotFoundError as error:
            raise Http404 from error
        response = HttpResponse(body, content_type="text/plain; charset=utf-8")
        response.headers["Content-Disposition"] = f'attachment; filename="delivery-{event.pk}.{extension}"'
        response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
        return response

    # Running again -------------------------------------------------------------------------------------------------

    def get_object_buttons(self, request: HttpRequest, obj: InboundEvent) -> list[ObjectButton]:
        unfit = set() if obj.state == State.QUARANTINED and obj.meta.get("is_partial") else {"fetch"}
        return [button for button in super().get_object_buttons(request, obj) if button.name not in unfit]

    def has_run_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("channels_app.change_inboundevent")

    @admin.action(description=gettext_lazy("Run selected deliveries again"), permissions=["run"])
    def run_selected_again(self, request: HttpRequest, queryset: QuerySet[InboundEvent]) -> None:
        self.run_service(
            request, queryset, lambda event: run_event_again(event_id=event.pk), done=_("put back into the queue")
        )

    def do_again(self, request: HttpRequest, event: InboundEvent) -> None:
        run_event_again(event_id=event.pk)
        self.message_user(
            request,
            _("The delivery is back in the queue. What it had filed before is not filed twice."),
            messages.SUCCESS,
        )

    def do_fetch(self, request: HttpRequest, event: InboundEvent) -> None:
        fetch_anyway(event_id=event.pk)
        self.message_user(request, _("The whole delivery is fetched and will be filed now."), messages.SUCCESS)
