"""Users: colleagues, their roles, and how they work."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as StockUserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.contrib.auth.models import Group
from django.db.models import Field, Prefetch, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.accounts.models import User
from helpdesk.accounts.rights import grantable_groups, holds_all_rights_of
from helpdesk.accounts.roles import ROLE_LABELS
from helpdesk.common.admin import ServiceAdmin, state_badge

_PRESENCE_TONES = {"online": "success", "away": "warning", "offline": "quiet"}


class UserForm(UserChangeForm):
    """The roles beyond one's own reach are kept as they are: they are neither offered nor taken away."""

    def clean_groups(self) -> Any:
        chosen = self.cleaned_data["groups"]
        field = self.fields["groups"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        assert field.queryset is not None
        beyond_reach = Group.objects.filter(user=self.instance).exclude(pk__in=field.queryset.values("pk"))
        kept = {*chosen.values_list("pk", flat=True), *beyond_reach.values_list("pk", flat=True)}
        return Group.objects.filter(pk__in=kept)


class RoleFilter(admin.SimpleListFilter):
    title = gettext_lazy("role")
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, str(label)) for name, label in ROLE_LABELS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        return queryset.filter(groups__name=self.value()) if self.value() else queryset


@admin.register(User)
class UserAdmin(ServiceAdmin, StockUserAdmin):
    """Colleagues. An account is switched off, never deleted: what it did stays readable."""

    form = UserForm
    list_display = ("who", "email", "roles", "presence_word", "languages_text", "sign_in", "last_login")
    list_filter = ("is_active", RoleFilter, "presence")
    search_fields = ("username", "first_name", "last_name", "email")
    search_help_text = gettext_lazy("Name, user name or mail address")
    ordering = ("username",)
    sortable_by = ("who", "last_login")
    filter_horizontal = ()
    save_on_top = False
    empty_title = gettext_lazy("No users yet.")
    add_fieldsets = (
        (None, {"classes": ("wide",), "fields": ("username", "usable_password", "password1", "password2")}),
        (
            gettext_lazy("Then"),
            {"fields": (), "description": gettext_lazy("Name, roles and languages are asked for on the next page.")},
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related(Prefetch("groups", Group.objects.order_by("name")))

    def title_of(self, obj: User) -> str:
        return obj.display_name

    # The list ------------------------------------------------------------------------------------------------------

    @admin.display(description=gettext_lazy("name"), ordering="username")
    def who(self, user: User) -> SafeString:
        if user.display_name == user.username:
            return format_html("{}", user.username)
        return format_html('{}<span class="hd-sub">{}</span>', user.display_name, user.username)

    @admin.display(description=gettext_lazy("roles"))
    def roles(self, user: User) -> SafeString | str:
        words = [(_("superuser"),)] if user.is_superuser else []
        words += [(str(ROLE_LABELS.get(group.name, group.name)).partition(" (")[0],) for group in user.groups.all()]
        return format_html_join(" ", '<span class="hd-badge">{}</span>', words) or _("none")

    @admin.display(description=gettext_lazy("presence"))
    def presence_word(self, user: User) -> SafeString:
        return state_badge(user.get_presence_display(), _PRESENCE_TONES[user.presence])

    @admin.display(description=gettext_lazy("languages"))
    def languages_text(self, user: User) -> str:
        return ", ".join(user.languages) or "–"

    @admin.display(description=gettext_lazy("may sign in"))
    def sign_in(self, user: User) -> SafeString:
        if user.is_active and user.is_staff:
            return state_badge(_("yes"), "success")
        return state_badge(_("no"), "quiet")

    # The form ------------------------------------------------------------------------------------------------------

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        if obj is None:
            return self.add_fieldsets
        may_change = self.has_change_permission(request, obj)
        account = ("username", "password_link") if may_change else ("username",)
        rights: tuple[str, ...] = ("is_active", "is_staff", "groups")
        if request.user.is_superuser:
            rights += ("is_superuser",)
        return (
            (None, {"fields": (*account, ("first_name", "last_name"), "email")}),
            (
                gettext_lazy("Work"),
                {
                    "fields": (
                        "languages",
                        "max_open_tickets",
                        "presence",
                        "away_until",
                        "signature",
                        "shortcuts_enabled",
                    )
                },
            ),
            (gettext_lazy("Rights"), {"fields": rights, "description": self._rights_text(request, obj)}),
            (gettext_lazy("Dates"), {"fields": ("last_login", "date_joined")}),
        )

    def _rights_text(self, request: HttpRequest, user: User) -> str:
        if user.pk == request.user.pk:
            return _("Nobody changes his own rights: ask another administrator.")
        return _("You can give the roles whose every right you have yourself. Teams decide which tickets are seen.")

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        fixed = ("password_link", "last_login", "date_joined")
        if obj is not None and obj.pk == request.user.pk:
            return (*fixed, "is_active", "is_staff", "is_superuser", "groups")
        return fixed

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "groups":
            kwargs["queryset"] = grantable_groups(request.user)
            kwargs["widget"] = forms.CheckboxSelectMultiple
            field = db_field.formfield(**kwargs)
            field.label_from_instance = lambda group: str(ROLE_LABELS.get(group.name, group.name))
            field.label, field.help_text = _("Roles"), ""
            return field
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Field, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is None:
            return None
        if db_field.name == "languages":
            field.help_text = _("Codes with commas between them, such as en, de.")
        elif db_field.name == "signature":
            field.widget.attrs["rows"] = 4
        elif db_field.name == "is_staff":
            field.label, field.help_text = _("May sign in here"), ""
        elif db_field.name == "is_active":
            field.help_text = _("Off: signed out everywhere, API keys dead, tickets and history stay.")
        return field

    @admin.display(description=gettext_lazy("password"))
    def password_link(self, user: User) -> SafeString:
        address = reverse("admin:auth_user_password_change", args=[user.pk])
        return format_html('<a class="hd-button hd-button-small" href="{}">{}</a>', address, _("Set a new password"))

    # Rights --------------------------------------------------------------------------------------------------------

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        if not super().has_change_permission(request, obj):
            return False
        return obj is None or obj.pk == request.user.pk or holds_all_rights_of(request.user, obj)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change:
            # Whoever is added here is to work here; what he may do follows from the roles given on the next page.
            obj.is_staff = True
        super().save_model(request, obj, form, change)
