"""“Test connection” of an X channel."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from channels_app.adapters.base import AdapterError, Finding
from channels_app.adapters.provider_calls import text_of
from channels_app.adapters.x.client import XClient


def check_account(client: XClient, *, config: Mapping[str, Any], webhook_url: str) -> list[Finding]:
    """Whether the keys are those of the account, and whether its messages may be read and how they come."""
    try:
        found = client.read("users/me").document.get("data")
    except AdapterError as error:
        advice = _("At developer.x.com, look at the app's keys, its permissions, and whether its paid plan is active.")
        return [Finding(is_ok=False, what=error.message, advice=advice)]
    account = found if isinstance(found, dict) else {}
    user_id, name = text_of(account.get("id"), limit=40), text_of(account.get("username"), limit=60)
    if user_id != str(config.get("user_id") or ""):
        text = _("The keys belong to @%(name)s with the id %(id)s.") % {"name": name, "id": user_id}
        return [Finding(is_ok=False, what=text, advice=_("Enter this id, or the keys of the other account."))]
    findings = [Finding(is_ok=True, what=_("The keys are those of @%(name)s.") % {"name": name})]
    if config.get("takes", "both") != "mentions":
        findings.append(_check_messages(client))
    if config.get("delivery") == "webhook":
        findings.append(_explain_webhook(webhook_url))
    return findings


def _check_messages(client: XClient) -> Finding:
    try:
        client.read("dm_events", max_results="1")
    except AdapterError as error:
        advice = _(
            "Give the app “Read and write and Direct Messages”, make new access tokens after that, and enter them."
        )
        return Finding(is_ok=False, what=error.message, advice=advice)
    return Finding(is_ok=True, what=_("Direct messages can be read."))


def _explain_webhook(webhook_url: str) -> Finding:
    if not webhook_url.startswith("https://"):
        advice = _(
            "Set the public address of this installation (it must begin with https://), or choose that we ask X."
        )
        return Finding(is_ok=False, what=_("X calls public https addresses only."), advice=advice)
    text = _("X is to call %(url)s; register it in the developer portal and subscribe the account.") % {
        "url": webhook_url
    }
    return Finding(is_ok=True, what=text)
