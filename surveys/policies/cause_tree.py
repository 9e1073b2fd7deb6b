"""The tree of root causes that every installation starts with, in the reader's language. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# Deeper trees are read by nobody.
DEEPEST = 4


@dataclass(frozen=True, kw_only=True)
class Cause:
    """A node: ``key`` is its place in the tree, ``parent`` the key above it ("" at the top)."""

    key: str
    parent: str
    kind: str
    name: str | Promise
    is_systemic: bool = False


def _branch(kind: str, name: str | Promise, leaves: Mapping[str, str | Promise], *, is_systemic: bool) -> list[Cause]:
    top = Cause(key=kind, parent="", kind=kind, name=name)
    below = (
        Cause(key=f"{kind}.{key}", parent=kind, kind=kind, name=leaf, is_systemic=is_systemic)
        for key, leaf in leaves.items()
    )
    return [top, *below]


TREE: Mapping[str, Cause] = {
    cause.key: cause
    for branch in (
        _branch(
            "own_mistake",
            _("Our mistake"),
            {
                "late_answer": _("Answered too late"),
                "wrong_answer": _("Wrong or incomplete answer"),
                "forgotten": _("A promise was forgotten"),
                "tone": _("Unfriendly or careless tone"),
                "done_wrong": _("An order was carried out wrongly"),
            },
            is_systemic=False,
        ),
        _branch(
            "product",
            _("Product"),
            {
                "defect": _("Defect"),
                "quality": _("Poor quality"),
                "missing": _("Something is missing in it"),
                "hard_to_use": _("Hard to use"),
            },
            is_systemic=True,
        ),
        _branch(
            "process",
            _("Process"),
            {
                "slow": _("Takes too long"),
                "handovers": _("Passed from one to the next"),
                "rules": _("Rules that nobody understands"),
                "billing": _("Billing and refunds"),
            },
            is_systemic=True,
        ),
        _branch(
            "expectation",
            _("Expectation"),
            {
                "promised": _("Something else was promised"),
                "misunderstood": _("Misunderstanding"),
                "price": _("Price"),
            },
            is_systemic=False,
        ),
        _branch(
            "third_party",
            _("Third party"),
            {
                "carrier": _("Carrier"),
                "supplier": _("Supplier or partner"),
                "payment": _("Payment provider"),
                "outage": _("Outage of a service we use"),
            },
            is_systemic=False,
        ),
    )
    for cause in branch
}


@cache
def stored_name(key: str) -> str:
    """What the name column of one of our nodes holds until somebody renames it: its English name."""
    with translation.override("en"):
        return str(TREE[key].name)


def cause_label(key: str, name: str) -> str:
    """A node's name as it is shown: ours in the reader's language as long as nobody has renamed it."""
    return str(TREE[key].name) if key in TREE and name == stored_name(key) else name
