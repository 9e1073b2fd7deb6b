"""Who may hand out which rights: nobody more than he has himself."""

from typing import Any

from django.contrib.auth.models import Group
from django.db.models import QuerySet

from helpdesk.accounts.models import User


def holds_all_rights_of(user: Any, other: User) -> bool:
    """Whether ``user`` may do everything that ``other`` may: only then may he touch that account."""
    if user.is_superuser:
        return True
    if other.is_superuser:
        return False
    # What the groups give, whether or not the account is switched on at the moment: it can be switched on again.
    theirs = set(_codes(Group.objects.filter(user=other), "permissions__"))
    theirs |= set(_codes(User.objects.filter(pk=other.pk), "user_permissions__"))
    return theirs <= user.get_all_permissions()


def grantable_groups(user: Any) -> QuerySet[Group]:
    """The roles that ``user`` may give to others: those whose every permission he has himself."""
    groups = Group.objects.order_by("name")
    if user.is_superuser:
        return groups
    mine = user.get_all_permissions()
    rights: dict[int, set[str]] = {}
    rows = Group.objects.values_list("pk", "permissions__content_type__app_label", "permissions__codename")
    for pk, app_label, codename in rows:
        rights.setdefault(pk, set())
        if codename:
            rights[pk].add(f"{app_label}.{codename}")
    return groups.filter(pk__in=[pk for pk, codes in rights.items() if codes <= mine])


def _codes(queryset: QuerySet[Any], prefix: str) -> list[str]:
    rows = queryset.values_list(f"{prefix}content_type__app_label", f"{prefix}codename")
    return [f"{app_label}.{codename}" for app_label, codename in rows if codename]
