"""Codes of a pool: brought in, drawn at most once, redeemed, withdrawn, run out, and written out again."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import DecimalField, QuerySet, Sum, Value
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext as _

from helpdesk.common.cells import table
from helpdesk.common.clock import now
from helpdesk.common.errors import Conflict, InvalidInput, NotVisible
from helpdesk.common.failpoints import failpoint
from helpdesk.common.text import one_line
from helpdesk.core.services import read_site_settings
from surveys.models import CouponCode, Incentive, RecoveryCase
from surveys.policies.incentives import MOST_CODES, CodeFault, code_expiry, fits_budget, read_codes
from tickets.services.actors import Actor

HEADER = ("code", "state", "given_at", "expires_at", "redeemed_at", "redeemed_for", "case", "cost", "currency")
# What was promised to a customer costs, also when he has not come for it yet; what ran out or was taken back does not.
_COSTS = (CouponCode.State.GIVEN, CouponCode.State.REDEEMED)


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What became of an import: codes added, codes that were here already, lines that are no code."""

    added: int
    known: int
    faults: tuple[CodeFault, ...]


@transaction.atomic
def import_codes(*, incentive_id: int, codes: Iterable[str], actor: Actor) -> Imported:
    """Put codes into a pool, one a line; the same file twice adds nothing. A code is unique over all pools.

    Raises NotVisible for an unknown pool, InvalidInput "too_many_codes" above 50,000 lines and "no_codes" when none is one.
    """
    lines = list(codes)
    if len(lines) > MOST_CODES:
        raise InvalidInput(
            "too_many_codes",
            _("At most 50,000 codes at once: split the file."),
            fields={"codes": "too_many"},
        )
    incentive = Incentive.objects.filter(pk=incentive_id).first()
    if incentive is None:
        raise NotVisible("incentive_not_found", _("There is no such incentive."))
    read = read_codes(lines)
    if not read.codes:
        raise InvalidInput("no_codes", _("There is no code in it. Write one code a line."), fields={"codes": "empty"})
    known = set(CouponCode.objects.filter(code__in=read.codes).values_list("code", flat=True))
    fresh = [CouponCode(incentive=incentive, code=code) for code in read.codes if code not in known]
    # Two people may bring in the same file at the same time: the unique code decides.
    CouponCode.objects.bulk_create(fresh, batch_size=2000, ignore_conflicts=True)
    return Imported(added=len(fresh), known=len(read.codes) - len(fresh), faults=read.faults)


def draw_code(*, case: RecoveryCase, incentive_id: int, actor: Actor) -> CouponCode:
    """Give the case one free code of a pool; the same code again while it is good. Inside the caller's transaction, which holds the case.

    Nobody waits for another's code (SKIP LOCKED). Only a pool with a budget is drawn from one at a time, because its sum must
    hold. Raises NotVisible, Conflict "incentive_off", "incentive_over", "budget_spent", "pool_empty", and "already_redeemed",
    "code_withdrawn", "code_expired" where the code that the case has is no longer good: a pool gives it no second one.
    """
    had = CouponCode.objects.select_for_update().filter(case=case, incentive_id=incentive_id).first()
    if had is not None:
        _refuse_spent(had)
        return had
    incentive = drawable(incentive_id)
    moment = now()
    failpoint("incentive.before_draw")
    code = (
        CouponCode.objects.select_for_update(skip_locked=True)
        .filter(incentive=incentive, state=CouponCode.State.FREE)
        .order_by("id")
        .first()
    )
    if code is None:
        raise Conflict("pool_empty", _("No free code is left in this pool. Bring in more, or choose another."))
    code.state = CouponCode.State.GIVEN
    code.case, code.customer_id, code.cost = case, case.customer_id, incentive.cost
    code.given_at, code.given_by_id = moment, actor.user_id
    zone = ZoneInfo(read_site_settings().time_zone)
    code.expires_at = code_expiry(at=moment, valid_for=incentive.valid_for, expires_on=incentive.expires_on, zone=zone)
    code.save()
    failpoint("incentive.after_draw")
    return code


def _refuse_spent(code: CouponCode) -> None:
    """Raise Conflict unless a given code is still good."""
    if code.state == CouponCode.State.REDEEMED:
        raise Conflict("already_redeemed", _("This code was redeemed before."))
    if code.state == CouponCode.State.WITHDRAWN:
        raise Conflict("code_withdrawn", _("This code was withdrawn."))
    if code.state == CouponCode.State.EXPIRED or (code.expires_at is not None and code.expires_at <= now()):
        raise Conflict("code_expired", _("This code is no longer good."))


def drawable(incentive_id: int) -> Incentive:
    """The pool, when one more code of it may be given; its row locked where a budget has to hold. Raises as ``draw_code``."""
    incentive = Incentive.objects.filter(pk=incentive_id).first()
    if incentive is not None and incentive.budget is not None:
        incentive = Incentive.objects.select_for_update().get(pk=incentive_id)
    if incentive is None:
        raise NotVisible("incentive_not_found", _("There is no such incentive."))
    if not incentive.is_active:
        raise Conflict("incentive_off", _("This incentive is switched off."))
    today = now().astimezone(ZoneInfo(read_site_settings().time_zone)).date()
    if incentive.expires_on is not None and incentive.expires_on < today:
        raise Conflict("incentive_over", _("This incentive has ended. Choose another."))
    if not fits_budget(cost=incentive.cost, given=given_cost(incentive.pk), budget=incentive.budget):
        raise Conflict("budget_spent", _("The budget of this incentive is spent. Choose another, or raise it."))
    return incentive


def given_cost(incentive_id: int) -> Decimal:
    """What the codes of a pool that were given away cost together."""
    return _sum(CouponCode.objects.filter(incentive_id=incentive_id, state__in=_COSTS))


def given_in_case(case_id: int) -> Decimal:
    """What a case was given so far, over all pools."""
    return _sum(CouponCode.objects.filter(case_id=case_id, state__in=_COSTS))


def _sum(codes: QuerySet[CouponCode]) -> Decimal:
    zero = Value(Decimal(0), DecimalField(max_digits=12, decimal_places=2))
    total: Decimal = codes.aggregate(total=Coalesce(Sum("cost"), zero))["total"]
    return total


@transaction.atomic
def redeem_code(*, code: str, reference: str, actor: Actor) -> CouponCode:
    """Take a code in payment, once. ``reference`` names what for (an order); the same reference again gives the same answer.

    Raises NotVisible for a code that nobody was given, Conflict "already_redeemed" (for something else), "code_expired" and
    "code_withdrawn".
    """
    wanted, reference = code.strip(), one_line(reference)[:100]
    found = CouponCode.objects.select_for_update(of=("self",)).select_related("incentive").filter(code=wanted).first()
    # A free code was promised to nobody: to whoever guesses it, it does not exist.
    if found is None or found.state == CouponCode.State.FREE:
        raise NotVisible("code_not_found", _("There is no such code."))
    if found.state == CouponCode.State.REDEEMED and reference and found.redeemed_for == reference:
        return found
    _refuse_spent(found)
    found.state, found.redeemed_at, found.redeemed_for = CouponCode.State.REDEEMED, now(), reference
    found.save(update_fields=["state", "redeemed_at", "redeemed_for"])
    return found


@transaction.atomic
def withdraw_code(*, code_id: int, actor: Actor) -> CouponCode:
    """Take a code back that was lost or given by mistake; it is never given again. Raises Conflict once it was redeemed."""
    code = CouponCode.objects.select_for_update().filter(pk=code_id).first()
    if code is None:
        raise NotVisible("code_not_found", _("There is no such code."))
    if code.state == CouponCode.State.REDEEMED:
        raise Conflict("already_redeemed", _("This code was redeemed before."))
    code.state = CouponCode.State.WITHDRAWN
    code.save(update_fields=["state"])
    return code


def expire_codes() -> int:
    """Mark the given codes whose time is over, by the database's clock; returns how many."""
    over = CouponCode.objects.filter(state=CouponCode.State.GIVEN, expires_at__lte=Now())
    return over.update(state=CouponCode.State.EXPIRED)


def export_codes(*, incentive_id: int) -> str:
    """The codes of a pool as CSV with a header line; times are ISO 8601 in UTC. No cell is one that a spreadsheet computes."""
    codes = CouponCode.objects.filter(incentive_id=incentive_id).select_related("incentive").order_by("id")
    return table(HEADER, _rows(codes.iterator(chunk_size=2000)))


def _rows(codes: Iterable[CouponCode]) -> Iterator[tuple[object, ...]]:
    for code in codes:
        yield (
            code.code, code.state, _iso(code.given_at), _iso(code.expires_at), _iso(code.redeemed_at), code.redeemed_for,
            code.case_id, code.cost, code.incentive.currency,
        )  # fmt: skip


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
