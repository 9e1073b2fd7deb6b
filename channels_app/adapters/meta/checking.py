""" "Test connection": secrets, account, webhook fields and the end of the token, each in one line."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from channels_app.adapters.base import AdapterError, Finding
from channels_app.adapters.meta.graph import GraphClient

_LAST_SECOND = 4_102_444_800


def check_secrets(*, app_secrets: Sequence[str], verify_tokens: Sequence[str], token: str) -> list[Finding]:
    """Whether what is needed has been entered."""
    findings = []
    if not app_secrets:
        advice = _("Enter the app secret: App dashboard → App settings → Basic. Without it every webhook is refused.")
        findings.append(Finding(is_ok=False, what=_("No app secret is set."), advice=advice))
    if not verify_tokens:
        advice = _("Make up a verify token and enter it here and beside the callback address in the app dashboard.")
        findings.append(Finding(is_ok=False, what=_("No verify token is set."), advice=advice))
    if not token:
        advice = _("Enter the access token. Without it nothing can be sent.")
        findings.append(Finding(is_ok=False, what=_("No access token is set."), advice=advice))
    return findings


def check_account(client: GraphClient, *, path: str, fields: str, expected_id: str) -> Finding:
    """Whether the token opens the account that is configured."""
    try:
        account = client.read(path, fields=fields)
    except AdapterError as error:
        return Finding(is_ok=False, what=error.message, advice=_("Make a new access token and enter it here."))
    name = str(account.get("name") or account.get("username") or account.get("id") or "")[:200]
    ids = {str(account.get(key) or "") for key in ("id", "user_id")}
    if expected_id and expected_id not in ids:
        what = _("The access token belongs to “%(name)s”, not to the account that is entered here.") % {"name": name}
        return Finding(
            is_ok=False, what=what, advice=_("Compare the account's id, or make the token for this account.")
        )
    return Finding(is_ok=True, what=_("The access token opens “%(name)s”.") % {"name": name})


def check_subscription(client: GraphClient, *, path: str, wanted: Sequence[str]) -> Finding:
    """Whether the account tells our app what happens; fields that are missing are subscribed here and now."""
    try:
        apps = client.read(path).get("data")
        rows = [row for row in apps if isinstance(row, dict)] if isinstance(apps, list) else []
        present = {field for row in rows for field in _field_names(row.get("subscribed_fields"))}
        missing = [field for field in wanted if field not in present]
        if not missing:
            return Finding(is_ok=True, what=_("The account sends its events to this app."))
        client.post(path, {"subscribed_fields": ",".join(sorted(present | set(wanted)))})
    except AdapterError as error:
        advice = _("Subscribe the webhook fields in the app dashboard: %(fields)s.") % {"fields": ", ".join(wanted)}
        return Finding(is_ok=False, what=error.message, advice=advice)
    return Finding(is_ok=True, what=_("Subscribed to what was missing: %(fields)s.") % {"fields": ", ".join(missing)})


def _field_names(value: Any) -> list[str]:
    """Names alone, or objects with a name: both are found in answers."""
    rows = value if isinstance(value, list) else []
    return [str(row.get("name") if isinstance(row, dict) else row) for row in rows]


def check_token(client: GraphClient, *, app_id: str, app_secret: str, token: str, scopes: Sequence[str]) -> Finding:
    """When the token ends and whether it may do what is needed (https://developers.facebook.com/docs/graph-api/reference/debug_token)."""
    if not app_id or not app_secret:
        advice = _("Enter the app id to be warned before the access token runs out.")
        return Finding(is_ok=True, what=_("When the access token runs out is not known."), advice=advice)
    try:
        answer = client.read_as("debug_token", f"{app_id}|{app_secret}", input_token=token).get("data")
    except AdapterError as error:
        return Finding(
            is_ok=False, what=error.message, advice=_("Compare app id and app secret with the app dashboard.")
        )
    facts: dict[str, Any] = answer if isinstance(answer, dict) else {}
    if facts.get("is_valid") is not True:
        return Finding(is_ok=False, what=_("The access token is not valid any more."), advice=_("Make a new one."))
    granted = facts.get("scopes")
    missing = [scope for scope in scopes if isinstance(granted, list) and scope not in granted]
    ends = [
        at for at in map(_instant, (facts.get("expires_at"), facts.get("data_access_expires_at"))) if at is not None
    ]
    expires_at = min(ends, default=None)
    if missing:
        what = _("The access token lacks permissions: %(names)s.") % {"names": ", ".join(missing)}
        advice = _("Make the token anew and grant these permissions.")
        return Finding(is_ok=False, what=what, advice=advice, expires_at=expires_at)
    if expires_at is None:
        return Finding(is_ok=True, what=_("The access token does not run out."))
    what = _("The access token is valid until %(day)s.") % {"day": date_format(expires_at)}
    return Finding(is_ok=True, what=what, expires_at=expires_at)


def _instant(value: Any) -> datetime | None:
    """Seconds since 1970; 0 means never."""
    is_time = isinstance(value, int) and not isinstance(value, bool) and 0 < value < _LAST_SECOND
    return datetime.fromtimestamp(value, tz=UTC) if is_time else None
