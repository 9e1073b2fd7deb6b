"""Rules of what a customer may be given: approval, budget, expiry, and the codes of an import. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from helpdesk.common.text import clean_text

LONGEST_CODE = 80
MOST_CODES = 50_000
# Fewer free codes than this are worth a warning.
FEW_CODES = 10


@dataclass(frozen=True, kw_only=True)
class CodeFault:
    """A line of an import that is no code; ``line`` counts from 1, ``reason`` is too_long, repeated or odd_characters."""

    line: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class ReadCodes:
    """The codes of an import in their order, each once, and the lines that are none."""

    codes: tuple[str, ...]
    faults: tuple[CodeFault, ...]


def needs_approval(*, cost: Decimal, given_in_case: Decimal, approval_above: Decimal | None) -> bool:
    """Whether somebody who may approve has to look, before the case's gifts come to more than ``approval_above``."""
    return approval_above is not None and given_in_case + cost > approval_above


def fits_budget(*, cost: Decimal, given: Decimal, budget: Decimal | None) -> bool:
    """Whether one more code stays within the budget."""
    return budget is None or given + cost <= budget


def is_currency(text: str) -> bool:
    """Whether it has the form of an ISO 4217 code: three letters from A to Z."""
    return len(text) == 3 and text.isascii() and text.isalpha()


def code_expiry(
    *, at: datetime, valid_for: timedelta | None, expires_on: date | None, zone: ZoneInfo
) -> datetime | None:
    """When a code that is given at ``at`` is no longer good: whichever comes first; the last day counts to its end."""
    ends = [at + valid_for] if valid_for is not None else []
    if expires_on is not None:
        ends.append(datetime.combine(expires_on + timedelta(days=1), time.min, tzinfo=zone))
    return min(ends, default=None)


def read_codes(lines: Iterable[str]) -> ReadCodes:
    """One code a line, the first cell where a line has several; a heading "code" and empty lines are passed over.

    Codes are kept as they are written, inner spaces and case included. An apostrophe that guards a spreadsheet is taken away.
    """
    codes: dict[str, None] = {}
    faults: list[CodeFault] = []
    for number, line in enumerate(lines, start=1):
        code = (
            clean_text(line).strip().partition(",")[0].partition(";")[0].partition("\t")[0].strip().strip('"').strip()
        )
        code = code.removeprefix("'")
        if not code or (number == 1 and code.casefold() == "code"):
            continue
        reason = _fault_of(code, codes)
        if reason:
            faults.append(CodeFault(line=number, reason=reason))
        else:
            codes[code] = None
    return ReadCodes(codes=tuple(codes), faults=tuple(faults))


def _fault_of(code: str, known: Iterable[str]) -> str:
    if len(code) > LONGEST_CODE:
        return "too_long"
    if not code.isprintable():
        return "odd_characters"
    return "repeated" if code in known else ""
