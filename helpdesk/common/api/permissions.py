"""Who may call what: nothing is open unless a view declares it.

A view declares ``permissions``: action -> permission codes of which the caller needs one. A key needs a scope besides:
``read`` for GET, ``write`` for the rest, ``admin`` where the view says so in ``admin_actions``; each for everything or
for one resource (``tickets:read``). ``admin`` holds the other two. What a caller may not see is 404, and that is the
queryset's matter.
"""

from collections.abc import Iterable
from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

# For actions that need no more than to be signed in.
SIGNED_IN: tuple[str, ...] = ()

SCOPES = ("read", "write", "admin")
_HELD_BY = {"read": ("read", "admin"), "write": ("write", "admin"), "admin": ("admin",)}


def scopes_allow(scopes: Iterable[str], *, needed: str, resource: str) -> bool:
    """Whether a key with ``scopes`` may do what needs the scope ``needed`` on ``resource``."""
    held = set(scopes)
    return any(scope in held or f"{resource}:{scope}" in held for scope in _HELD_BY[needed])


def needed_scope(request: Request, view: Any) -> str:
    """The scope that this call needs."""
    if getattr(view, "action", None) in getattr(view, "admin_actions", ()):
        return "admin"
    return "read" if request.method in ("GET", "HEAD") else "write"


class ClosedPermission(BasePermission):
    """Lets through only what the view declares for the action, with a fitting permission and, for keys, scope."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not (request.user.is_authenticated and request.user.is_active):
            return False
        action = getattr(view, "action", (request.method or "").lower())
        if action is None or request.method == "OPTIONS":
            # No such method here: let the view answer 405. Nothing answers OPTIONS; the document is for that.
            return True
        codes = getattr(view, "permissions", {}).get(action)
        if codes is None or (codes and not any(request.user.has_perm(code) for code in codes)):
            return False
        return _key_allows(request, view)


class StaffOnly(BasePermission):
    """People and keys of people who may enter the admin: what describes the product from inside."""

    def has_permission(self, request: Request, view: Any) -> bool:
        user = request.user
        return bool(user.is_authenticated and user.is_active and user.is_staff) and _key_allows(request, view)


def _key_allows(request: Request, view: Any) -> bool:
    scopes = getattr(request.auth, "scopes", None)
    if scopes is None:
        return True
    resource = getattr(view, "resource", None) or getattr(view, "basename", None) or ""
    return scopes_allow(scopes, needed=needed_scope(request, view), resource=resource)
