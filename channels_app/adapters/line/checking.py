"""“Test connection” of a LINE channel; it also gives LINE the webhook's address."""

from typing import Any

from django.utils.translation import gettext as _

from channels_app.adapters.base import AdapterError, Finding
from channels_app.adapters.line.client import LineClient
from channels_app.adapters.provider_calls import number_of, text_of


def check_account(client: LineClient, *, basic_id: str, bot_user_id: str, webhook_url: str) -> list[Finding]:
    """Whether the token is the account's, what is left of the month's messages, and whether LINE reaches us."""
    try:
        findings = [_name_account(client.read("info"), basic_id, bot_user_id), _count_quota(client)]
        return [*findings, *_set_webhook(client, webhook_url)]
    except AdapterError as error:
        advice = _("In the LINE Developers console, issue a channel access token and enter it here.")
        return [Finding(is_ok=False, what=error.message, advice=advice)]


def _name_account(info: dict[str, Any], basic_id: str, bot_user_id: str) -> Finding:
    name, found_id = text_of(info.get("displayName"), limit=100), text_of(info.get("basicId"), limit=40)
    user_id = text_of(info.get("userId"), limit=40)
    words = {"name": name, "id": found_id, "user": user_id}
    if (basic_id and basic_id != found_id) or (bot_user_id and bot_user_id != user_id):
        text = _("The token belongs to “%(name)s” (%(id)s, user id %(user)s).") % words
        return Finding(is_ok=False, what=text, advice=_("Correct the ids, or enter the other account's token."))
    if text_of(info.get("chatMode")) == "chat":
        text = _("“%(name)s” answers, but its chat mode is on: people may answer in LINE's own app as well.") % words
        return Finding(is_ok=True, what=text)
    return Finding(is_ok=True, what=_("“%(name)s” (%(id)s, user id %(user)s) answers.") % words)


def _count_quota(client: LineClient) -> Finding:
    quota = client.read("message/quota")
    if quota.get("type") != "limited":
        return Finding(is_ok=True, what=_("The plan sets no limit of messages a month."))
    most, used = number_of(quota.get("value")), number_of(client.read("message/quota/consumption").get("totalUsage"))
    text = _("Pushed messages this month: %(used)d of %(most)d.") % {"used": used, "most": most}
    advice = _("Take a larger plan in the LINE Official Account Manager; answers within a minute still go out free.")
    return Finding(is_ok=used < most, what=text, advice="" if used < most else advice)


def _set_webhook(client: LineClient, webhook_url: str) -> list[Finding]:
    if not webhook_url.startswith("https://"):
        advice = _("Set the public address of this installation; it must begin with https://.")
        return [Finding(is_ok=False, what=_("LINE calls public https addresses only."), advice=advice)]
    known = client.read("channel/webhook/endpoint") if _has_endpoint(client) else {}
    if known.get("endpoint") != webhook_url:
        client.change("PUT", "channel/webhook/endpoint", {"endpoint": webhook_url})
        known = client.read("channel/webhook/endpoint")
    if known.get("active") is not True:
        advice = _("In the LINE Developers console › Messaging API, switch on “Use webhook”.")
        return [Finding(is_ok=False, what=_("LINE has the address, but does not use it yet."), advice=advice)]
    tested = client.change("POST", "channel/webhook/test", {"endpoint": webhook_url})
    if tested.get("success") is not True:
        words = {"reason": text_of(tested.get("reason")) or "?", "detail": text_of(tested.get("detail"))}
        advice = _("The address must be reachable from outside, over https, with a certificate that is trusted.")
        text = _("LINE's test call failed: %(reason)s %(detail)s") % words
        return [Finding(is_ok=False, what=text, advice=advice)]
    return [Finding(is_ok=True, what=_("LINE calls %(url)s.") % {"url": webhook_url})]


def _has_endpoint(client: LineClient) -> bool:
    """LINE answers 404 as long as no address was ever set."""
    try:
        client.read("channel/webhook/endpoint")
    except AdapterError as error:
        if error.code == "file_gone":
            return False
        raise
    return True
