""" "Test connection": token, number, account and webhook, each in words with what to do."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from channels_app.adapters.base import AdapterError, Finding
from channels_app.adapters.whatsapp.client import WhatsAppClient
from helpdesk.common.clock import from_timestamp, now

NEEDED_SCOPES = ("whatsapp_business_messaging", "whatsapp_business_management")
_LATEST = 32_503_680_000


def check_settings(*, has_secrets: bool, has_verify_token: bool) -> list[Finding]:
    """What can be said without asking anybody."""
    findings = []
    if has_secrets:
        findings.append(Finding(is_ok=True, what=_("Incoming calls are checked with the app secret.")))
    else:
        advice = _("Enter the app secret of your Meta app. Without it every incoming call is refused.")
        findings.append(Finding(is_ok=False, what=_("No app secret is set."), advice=advice))
    if not has_verify_token:
        advice = _("Enter a word here and at Meta; it is needed once, when the webhook is set up.")
        findings.append(Finding(is_ok=False, what=_("No verify token is set."), advice=advice))
    return findings


def check_account(
    client: WhatsAppClient, *, token: str, number_id: str, account_id: str, webhook_url: str
) -> list[Finding]:
    """What Meta says about the token, the number and the subscription; one finding each."""
    findings = [_check_token(client, token)]
    if not findings[0].is_ok:
        return findings
    return [*findings, _check_number(client, number_id), _check_subscription(client, account_id, webhook_url)]


def _check_token(client: WhatsAppClient, token: str) -> Finding:
    advice = _("Generate a token for a system user with both WhatsApp permissions and enter it here.")
    try:
        told = client.read("debug_token", input_token=token).get("data")
    except AdapterError as error:
        return Finding(is_ok=False, what=error.message, advice=advice)
    facts: Mapping[str, Any] = told if isinstance(told, dict) else {}
    if facts.get("is_valid") is not True:
        return Finding(is_ok=False, what=_("The access token is not valid any more."), advice=advice)
    scopes = facts.get("scopes")
    missing = [scope for scope in NEEDED_SCOPES if not isinstance(scopes, list) or scope not in scopes]
    ends = _ends_at(facts)
    if missing:
        what = _("The access token lacks %(names)s.") % {"names": ", ".join(missing)}
        return Finding(is_ok=False, what=what, advice=advice, expires_at=ends)
    if ends is not None and ends <= now():
        return Finding(is_ok=False, what=_("The access token has ended."), advice=advice, expires_at=ends)
    return Finding(is_ok=True, what=_("The access token is valid and has both permissions."), expires_at=ends)


def _ends_at(facts: Mapping[str, Any]) -> datetime | None:
    """The earlier of the two ends that Meta names; 0 means never."""
    ends = [facts.get("expires_at"), facts.get("data_access_expires_at")]
    seconds = [end for end in ends if isinstance(end, int) and not isinstance(end, bool) and 0 < end < _LATEST]
    return from_timestamp(min(seconds)) if seconds else None


def _check_number(client: WhatsAppClient, number_id: str) -> Finding:
    advice = _("Copy the phone number id from the page “API setup” of your app.")
    names = "display_phone_number,verified_name,quality_rating,status"
    try:
        told = client.read(number_id, fields=names)
    except AdapterError as error:
        return Finding(is_ok=False, what=error.message, advice=advice)
    words = {"number": str(told.get("display_phone_number") or number_id), "name": str(told.get("verified_name") or "")}
    if str(told.get("quality_rating") or "").upper() == "RED":
        what = _("%(number)s (%(name)s) is rated badly by customers.") % words
        return Finding(
            is_ok=False, what=what, advice=_("WhatsApp limits numbers that people block. Send fewer templates.")
        )
    status = str(told.get("status") or "").upper()
    if status and status != "CONNECTED":
        what = _("%(number)s is not connected (%(status)s).") % {**words, "status": status[:40]}
        return Finding(is_ok=False, what=what, advice=_("Register the number in the WhatsApp Manager."))
    return Finding(is_ok=True, what=_("Number %(number)s, shown as “%(name)s”.") % words)


def _check_subscription(client: WhatsAppClient, account_id: str, webhook_url: str) -> Finding:
    advice = _(
        "In your app open WhatsApp › Configuration, enter %(url)s with the verify token, subscribe to “messages”, and "
        "connect the app to the business account."
    ) % {"url": webhook_url}
    try:
        apps = client.read(f"{account_id}/subscribed_apps").get("data")
    except AdapterError as error:
        return Finding(is_ok=False, what=error.message, advice=_("Check the WhatsApp Business account id."))
    if not isinstance(apps, list) or not apps:
        return Finding(is_ok=False, what=_("No app receives the messages of this account."), advice=advice)
    return Finding(is_ok=True, what=_("An app receives the messages of this account."))
