"""“Test connection” of a Telegram channel; it also tells Telegram how messages are to come."""

from typing import Any

from django.utils.translation import gettext as _

from channels_app.adapters.base import AdapterError, Finding
from channels_app.adapters.provider_calls import number_of, text_of
from channels_app.adapters.telegram.client import ALLOWED_UPDATES, TelegramClient


def check_bot(
    client: TelegramClient, *, is_polled: bool, webhook_url: str, secret: str, bot_username: str
) -> list[Finding]:
    """Whether the bot answers, and whether its messages come the way that the settings say; sets or removes the webhook for that."""
    try:
        bot = client.ask("getMe")
        findings = [_name_bot(bot if isinstance(bot, dict) else {}, bot_username)]
        info = client.ask("getWebhookInfo")
        info = info if isinstance(info, dict) else {}
        if is_polled:
            return [*findings, _remove_webhook(client, info)]
        return [*findings, *_set_webhook(client, info, webhook_url, secret)]
    except AdapterError as error:
        advice = _(
            "Get the token from @BotFather (/mybots › API Token) and enter it again. Try again later if it is right."
        )
        return [Finding(is_ok=False, what=error.message, advice=advice)]


def _name_bot(bot: dict[str, Any], bot_username: str) -> Finding:
    name = text_of(bot.get("username"), limit=64)
    if bot_username and name.lower() != bot_username.lower():
        text = _("The token belongs to @%(name)s, not to @%(given)s.") % {"name": name, "given": bot_username}
        return Finding(is_ok=False, what=text, advice=_("Correct the user name or enter the other bot's token."))
    return Finding(is_ok=True, what=_("The bot @%(name)s answers.") % {"name": name})


def _remove_webhook(client: TelegramClient, info: dict[str, Any]) -> Finding:
    if not info.get("url"):
        waiting = number_of(info.get("pending_update_count"))
        return Finding(is_ok=True, what=_("We ask for messages; waiting now: %(count)d.") % {"count": waiting})
    client.ask("deleteWebhook", drop_pending_updates=False)
    return Finding(
        is_ok=True, what=_("A webhook was set for this bot. It is removed: from now on we ask for messages.")
    )


def _set_webhook(client: TelegramClient, info: dict[str, Any], webhook_url: str, secret: str) -> list[Finding]:
    if not webhook_url.startswith("https://"):
        advice = _(
            "Set the public address of this installation (it must begin with https://), or choose that we ask Telegram."
        )
        return [Finding(is_ok=False, what=_("Telegram calls public https addresses only."), advice=advice)]
    if not secret:
        return [
            Finding(
                is_ok=False, what=_("There is no webhook secret."), advice=_("Save the settings once: one is made.")
            )
        ]
    findings = []
    trouble = text_of(info.get("last_error_message")) if info.get("url") == webhook_url else ""
    # Set every time: Telegram does not show its secret, so only this makes sure that it is ours.
    client.ask(
        "setWebhook", url=webhook_url, secret_token=secret, allowed_updates=list(ALLOWED_UPDATES), max_connections=20
    )
    findings.append(Finding(is_ok=True, what=_("The webhook is set: Telegram calls %(url)s.") % {"url": webhook_url}))
    if trouble:
        text = _("Telegram could not deliver lately: %(error)s") % {"error": trouble}
        advice = _("It must reach this address from outside, over https, with a certificate that it trusts.")
        findings.append(Finding(is_ok=False, what=text, advice=advice))
    return findings
