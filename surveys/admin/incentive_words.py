"""How pools and their codes speak: what is left, what is spent, what a line of an import has against it."""

from decimal import Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from helpdesk.common.admin import state_badge
from surveys.models import CouponCode
from surveys.policies.incentives import FEW_CODES

STATE_TONES = {
    CouponCode.State.FREE: "accent",
    CouponCode.State.GIVEN: "warning",
    CouponCode.State.REDEEMED: "success",
    CouponCode.State.EXPIRED: "quiet",
    CouponCode.State.WITHDRAWN: "danger",
}
# Why a line of an import is no code.
FAULTS = {
    "too_long": gettext_lazy("longer than 80 characters"),
    "repeated": gettext_lazy("stands in it twice"),
    "odd_characters": gettext_lazy("has characters that nobody can type"),
}


def figures_of(pool: Any) -> dict[str, Any]:
    """What the pages of a pool say above everything else."""
    return {"pool": pool, "left_badge": left_badge(pool), "spent": spent_words(pool), "bar": budget_bar(pool)}


def left_badge(pool: Any) -> SafeString | str:
    """A warning while no or few codes are left; "" with enough of them."""
    if not pool.free:
        return state_badge(_("none left: import codes"), "danger")
    if pool.free < FEW_CODES:
        return state_badge(
            ngettext("only %(count)d left", "only %(count)d left", pool.free) % {"count": pool.free}, "warning"
        )
    return ""


def money(amount: Decimal, currency: str) -> str:
    """An amount as the reader writes it, with its currency."""
    return f"{number_format(amount, decimal_pos=2, force_grouping=True)} {currency}"


def spent_words(pool: Any) -> str:
    """ "120.00 of 500.00 EUR"; without a budget what was spent alone."""
    if pool.budget is None:
        return money(pool.spent, pool.currency)
    values = {
        "spent": number_format(pool.spent, decimal_pos=2, force_grouping=True),
        "budget": money(pool.budget, pool.currency),
    }
    return _("%(spent)s of %(budget)s") % values


def budget_bar(pool: Any) -> SafeString | str:
    """How much of the budget is spent, as a small bar; "" without one. The words beside it say the same."""
    if not pool.budget:
        return ""
    share = min(100, round(100 * pool.spent / pool.budget))
    tone = "full" if pool.spent + pool.cost > pool.budget else "some"
    return format_html(
        '<svg class="hd-bar hd-bar-{}" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="hd-bar-ground" width="100" height="6"/><rect class="hd-bar-part" width="{}" height="6"/></svg>',
        tone, share,
    )  # fmt: skip
