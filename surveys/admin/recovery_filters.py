"""What narrows the list of recovery cases."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.models import RecoveryCase, RootCause
from surveys.selectors.recovery import causes_below
from tickets.admin.choices import assignable_agents

LATE = Q(closed_at=None) & (
    Q(first_contact_at=None, first_contact_due_at__lte=Now()) | Q(corrected_at=None, correction_due_at__lte=Now())
)


class StateFilter(admin.SimpleListFilter):
    """Open ones, unless somebody asks for others."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("late", _("late")), ("closed", _("closed")), ("all", _("all"))]

    def choices(self, changelist: Any) -> Any:
        yield {
            "selected": self.value() is None,
            "query_string": changelist.get_query_string(remove=[self.parameter_name]),
            "display": _("open"),
        }
        for value, label in self.lookup_choices:
            yield {
                "selected": self.value() == value,
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": label,
            }

    def queryset(self, request: HttpRequest, queryset: QuerySet[RecoveryCase]) -> QuerySet[RecoveryCase]:
        if self.value() == "all" or "outcome__exact" in request.GET:
            return queryset
        if self.value() == "late":
            return queryset.filter(LATE)
        return queryset.filter(closed_at__isnull=self.value() != "closed")


class OwnerFilter(admin.SimpleListFilter):
    """Mine, nobody's, somebody's."""

    title = gettext_lazy("owner")
    parameter_name = "owner"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("me", _("mine")), ("nobody", _("nobody")), *assignable_agents()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[RecoveryCase]) -> QuerySet[RecoveryCase]:
        value = self.value() or ""
        if value == "me":
            return queryset.filter(owner=request.user.pk)
        if value == "nobody":
            return queryset.filter(owner=None)
        return queryset.filter(owner=int(value)) if value.isdecimal() and len(value) < 19 else queryset


class CauseFilter(admin.SimpleListFilter):
    """By the branch of the tree."""

    title = gettext_lazy("root cause")
    parameter_name = "cause"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        kinds = [(value, capfirst(str(label))) for value, label in RootCause.Kind.choices]
        return [*kinds, ("systemic", _("Systemic")), ("none", _("Not known yet"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[RecoveryCase]) -> QuerySet[RecoveryCase]:
        value = self.value() or ""
        if value in RootCause.Kind.values:
            return queryset.filter(root_cause__kind=value)
        if value == "systemic":
            return queryset.filter(root_cause__is_systemic=True)
        if value == "none":
            return queryset.filter(root_cause=None)
        # The page of a cause leads here with its number.
        return (
            queryset.filter(root_cause__in=causes_below(int(value)))
            if value.isdecimal() and len(value) < 19
            else queryset
        )
