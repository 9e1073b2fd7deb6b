"""API keys: made for somebody, shown once, ended when no longer needed."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.accounts.models import ApiKey, User
from helpdesk.accounts.rights import holds_all_rights_of
from helpdesk.accounts.services import create_api_key, revoke_api_key
from helpdesk.common.admin import ObjectButton, ServiceAdmin, state_badge
from helpdesk.common.clock import now

SCOPE_CHOICES = [
    ("read", gettext_lazy("read: look at what the user may see")),
    ("write", gettext_lazy("write: answer, assign, resolve as the user may")),
    ("admin", gettext_lazy("admin: channels, users and settings as the user may")),
]


class ApiKeyForm(forms.ModelForm):
    """Asks for a key. ``requester`` may only make keys of accounts whose every right he has himself."""

    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("Scopes"),
        choices=SCOPE_CHOICES,
        widget=forms.CheckboxSelectMultiple,
        initial=["read", "write"],
    )
    requester: Any = None

    class Meta:
        model = ApiKey
        fields = ("user", "name", "scopes", "expires_at")

    def clean_user(self) -> User:
        user: User = self.cleaned_data["user"]
        if not holds_all_rights_of(self.requester, user):
            raise ValidationError(_("This user has rights that you do not have, so you cannot make keys for him."))
        return user


class StateFilter(admin.SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("live", _("in use")), ("ended", _("revoked or expired"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> QuerySet[ApiKey]:
        live = queryset.filter(revoked_at=None).exclude(expires_at__lte=now())
        if self.value() == "live":
            return live
        return queryset.exclude(pk__in=live.values("pk")) if self.value() == "ended" else queryset


@admin.register(ApiKey)
class ApiKeyAdmin(ServiceAdmin):
    """A key is never changed: it is made, used and revoked."""

    form = ApiKeyForm
    list_display = ("name", "shown_prefix", "user", "scope_words", "state", "last_used_at", "expires_at")
    list_filter = (StateFilter,)
    list_select_related = ("user",)
    search_fields = ("name", "prefix", "user__username")
    search_help_text = gettext_lazy("Name, prefix or user")
    ordering = ("-created_at",)
    sortable_by = ("name", "last_used_at")
    autocomplete_fields = ("user",)
    actions = ("revoke_selected",)
    empty_title = gettext_lazy("No API keys yet.")
    empty_text = gettext_lazy("A shop, a CRM or a data warehouse comes in with a key of its own.")
    object_buttons = (
        ObjectButton(
            name="revoke",
            label=gettext_lazy("Revoke"),
            permission="accounts.change_apikey",
            icon="cross",
            question=gettext_lazy("Revoke this key? Whatever uses it is locked out at once."),
        ),
    )

    def has_change_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        return False

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.change_apikey")

    def get_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> tuple[str, ...]:
        if obj is None:
            return ("user", "name", "scopes", "expires_at")
        return (
            "name",
            "shown_prefix",
            "user",
            "scope_words",
            "state",
            "created_at",
            "expires_at",
            "last_used_at",
            "revoked_at",
        )

    def get_form(
        self, request: HttpRequest, obj: ApiKey | None = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm]:
        form = super().get_form(request, obj, change, **kwargs)
        return type("ApiKeyFormOfRequest", (form,), {"requester": request.user})

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        # The next page shows the key, so there is one way to save.
        context |= {"show_save_and_add_another": False, "show_save_and_continue": False}
        return super().render_change_form(request, context, *args, **kwargs)

    def get_object_buttons(self, request: HttpRequest, obj: ApiKey) -> list[ObjectButton]:
        return super().get_object_buttons(request, obj) if obj.revoked_at is None else []

    @admin.display(description=gettext_lazy("key"))
    def shown_prefix(self, key: ApiKey) -> SafeString:
        return format_html("<code>hd_{}_…</code>", key.prefix)

    @admin.display(description=gettext_lazy("scopes"))
    def scope_words(self, key: ApiKey) -> str:
        return ", ".join(key.scopes)

    @admin.display(description=gettext_lazy("state"))
    def state(self, key: ApiKey) -> SafeString:
        if key.revoked_at is not None:
            return state_badge(_("revoked"), "quiet")
        if key.expires_at is not None and key.expires_at <= now():
            return state_badge(_("expired"), "quiet")
        return state_badge(
            _("in use") if key.user.is_active else _("dead: user is off"),
            "success" if key.user.is_active else "warning",
        )

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        chosen = form.cleaned_data
        key, text = create_api_key(
            user=chosen["user"], name=chosen["name"], scopes=chosen["scopes"], expires_at=chosen["expires_at"]
        )
        obj.pk, obj.prefix = key.pk, key.prefix
        obj.text = text  # type: ignore[attr-defined]  # for response_add of this very request; stored nowhere

    def response_add(self, request: HttpRequest, obj: ApiKey, post_url_continue: str | None = None) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("The key is made"),
            "opts": self.opts,
            "key": obj,
            "text": obj.text,  # type: ignore[attr-defined]
        }
        return TemplateResponse(request, "admin/accounts/apikey/created.html", context)

    @admin.action(description=gettext_lazy("Revoke selected keys"), permissions=["revoke"])
    def revoke_selected(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        self.run_service(request, queryset, lambda key: revoke_api_key(key=key), done=_("revoked"))

    def do_revoke(self, request: HttpRequest, key: ApiKey) -> None:
        revoke_api_key(key=key)
        self.log_change(request, key, "revoked")
        self.message_user(request, _("The key is revoked."), messages.SUCCESS)
