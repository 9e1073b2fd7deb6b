"""“Test connection” of a Viber channel; it also gives Viber the webhook's address."""

from typing import Any

from django.utils.translation import gettext as _

from channels_app.adapters.base import AdapterError, Finding
from channels_app.adapters.provider_calls import text_of
from channels_app.adapters.viber.client import ViberClient

EVENT_TYPES = ("delivered", "seen", "failed", "subscribed", "unsubscribed", "conversation_started")


def check_bot(client: ViberClient, *, uri: str, webhook_url: str) -> list[Finding]:
    """Whether the token is the bot's, and whether Viber calls us; sets the webhook for that."""
    try:
        account = client.call("get_account_info", {})
        return [_name_bot(account, uri), _set_webhook(client, account, webhook_url)]
    except AdapterError as error:
        advice = _(
            "Compare the token with the one in the bot's settings, and see that the address can be reached from outside."
        )
        return [Finding(is_ok=False, what=error.message, advice=advice)]


def _name_bot(account: dict[str, Any], uri: str) -> Finding:
    name, found = text_of(account.get("name"), limit=100), text_of(account.get("uri"), limit=100)
    words = {"name": name, "uri": found}
    if uri and uri.lower() != found.lower():
        text = _("The token belongs to “%(name)s” with the URI %(uri)s.") % words
        return Finding(is_ok=False, what=text, advice=_("Correct the URI, or enter the other bot's token."))
    return Finding(is_ok=True, what=_("“%(name)s” (%(uri)s) answers.") % words)


def _set_webhook(client: ViberClient, account: dict[str, Any], webhook_url: str) -> Finding:
    if not webhook_url.startswith("https://"):
        advice = _("Set the public address of this installation; it must begin with https://.")
        return Finding(is_ok=False, what=_("Viber calls public https addresses only."), advice=advice)
    known = account.get("event_types")
    has_all = isinstance(known, list) and set(EVENT_TYPES) <= {str(one) for one in known}
    if account.get("webhook") == webhook_url and has_all:
        return Finding(is_ok=True, what=_("Viber calls %(url)s.") % {"url": webhook_url})
    # Viber calls the address at once and takes it only if we answer.
    client.call(
        "set_webhook", {"url": webhook_url, "event_types": list(EVENT_TYPES), "send_name": True, "send_photo": False}
    )
    return Finding(is_ok=True, what=_("The webhook is set: Viber calls %(url)s.") % {"url": webhook_url})
