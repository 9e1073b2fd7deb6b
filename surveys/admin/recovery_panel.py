"""What other pages show of recovery: the panel beside a ticket, a customer's history, the ticket's menu, the overview."""

from typing import Any

from django.db.models import Case, Count, Q, When
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from surveys.admin.recovery_filters import LATE
from surveys.admin.recovery_steps import NEXT_WORDS, current_kind
from surveys.admin.recovery_words import cause_words, limit_chip, limits_of, stage_badge
from surveys.models import RecoveryCase, RecoveryStep
from tickets.models import Customer, Ticket

VIEW, ADD = "surveys.view_recoverycase", "surveys.add_recoverycase"
SHOWN = 3
SHOWN_OF_CUSTOMER = 10
SHOWN_ON_OVERVIEW = 5


def recovery_panel(ticket: Ticket, user: Any) -> SafeString:
    """The open cases of the ticket's customer: stage, owner, what comes next; "" without one. Two queries, one where none is open."""
    if not user.has_perm(VIEW):
        return SafeString("")
    rows = _rows(RecoveryCase.objects.visible_to(user).filter(customer=ticket.customer_id, closed_at=None), SHOWN)
    return render_to_string("admin/surveys/recovery/panel.html", {"rows": rows}) if rows else SafeString("")


def customer_panel(customer: Customer, user: Any) -> SafeString:
    """The customer's cases, open and closed; "" without any."""
    if not user.has_perm(VIEW):
        return SafeString("")
    rows = _rows(RecoveryCase.objects.visible_to(user).filter(customer=customer), SHOWN_OF_CUSTOMER)
    return render_to_string("admin/surveys/recovery/customer_panel.html", {"rows": rows}) if rows else SafeString("")


def ticket_menu(ticket: Ticket, user: Any) -> SafeString:
    """The line of the ticket's menu that opens a case by hand."""
    if not user.has_perm(ADD) or ticket.is_spam:
        return SafeString("")
    address = f"{reverse('admin:surveys_recoverycase_add')}?ticket={ticket.pk}"
    return render_to_string("admin/surveys/recovery/menu.html", {"address": address})


def recovery_section(request: HttpRequest) -> SafeString:
    """ "Customers to win back" on the overview: how many, whose, which are late; nothing while there is none. Two queries."""
    user: Any = request.user
    if not user.has_perm(VIEW):
        return SafeString("")
    cases = RecoveryCase.objects.visible_to(user).filter(closed_at=None)
    counts = cases.aggregate(
        open=Count("pk"), mine=Count("pk", filter=Q(owner=user)), nobodys=Count("pk", filter=Q(owner=None)),
        late=Count("pk", filter=LATE),
    )  # fmt: skip
    if not counts["open"]:
        return SafeString("")
    urgent = cases.annotate(is_late=Case(When(LATE, then=0), default=1)).order_by("is_late", "next_due_at", "pk")
    rows = [
        {
            "case": case,
            "badge": stage_badge(case),
            "limits": [limit_chip(what, due) for what, due in limits_of(case)[:1]],
        }
        for case in urgent.select_related("customer", "owner")[:SHOWN_ON_OVERVIEW]
    ]
    context = {"counts": counts, "rows": rows, "more": counts["open"] - len(rows)}
    return render_to_string("admin/surveys/recovery/section.html", context, request=request)


def _rows(cases: Any, most: int) -> list[dict[str, Any]]:
    found = list(cases.select_related("owner", "root_cause").order_by("-opened_at", "-pk")[:most])
    steps: dict[int, dict[str, RecoveryStep]] = {case.pk: {} for case in found}
    if found:
        for step in RecoveryStep.objects.filter(case__in=found):
            steps[step.case_id][step.kind] = step
    return [_row(case, steps[case.pk]) for case in found]


def _row(case: RecoveryCase, steps: dict[str, RecoveryStep]) -> dict[str, Any]:
    current = current_kind(steps, is_closed=case.closed_at is not None)
    return {
        "case": case,
        "badge": stage_badge(case),
        "cause": cause_words(case.root_cause),
        "next": NEXT_WORDS[current] if current else "",
        "limits": [limit_chip(what, due) for what, due in limits_of(case)[:1]],
    }
