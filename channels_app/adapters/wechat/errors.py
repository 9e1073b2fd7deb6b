"""What WeChat's return codes mean for a message: try again, give up, or stop the channel.

https://developers.weixin.qq.com/doc/offiaccount/en/Getting_Started/Global_Return_Code.html
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_app.adapters.base import AdapterError

# The token ended or was replaced: fetch another one and ask again, once.
TOKEN_CODES = frozenset({40001, 40014, 42001})
_QUOTA_SECONDS = 3600.0


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """``text`` says to an agent what happened. ``is_passing``: the same message may be taken later."""

    code: str
    text: Any
    is_passing: bool = False
    concerns_channel: bool = False
    wait_seconds: float | None = None


_CREDENTIALS = Meaning(
    code="credentials_refused",
    text=gettext_lazy(
        "WeChat does not accept AppID and AppSecret. Compare them with Settings and development, Basic configuration."
    ),
    concerns_channel=True,
)
_FILE = Meaning(code="file_refused", text=gettext_lazy("WeChat does not take this kind of file."))
_TOO_LARGE = Meaning(code="file_too_large", text=gettext_lazy("The file is too large for WeChat."))
_MEANINGS: dict[int, Meaning] = {
    -1: Meaning(code="provider_busy", text=gettext_lazy("WeChat is busy."), is_passing=True),
    40001: _CREDENTIALS,
    40013: _CREDENTIALS,
    40014: _CREDENTIALS,
    40125: _CREDENTIALS,
    41002: _CREDENTIALS,
    41004: _CREDENTIALS,
    42001: Meaning(code="token_expired", text=gettext_lazy("WeChat's access token has ended."), is_passing=True),
    40164: Meaning(
        code="address_not_allowed",
        text=gettext_lazy(
            "This server's address is not on the account's IP allow-list. Add it under Basic configuration."
        ),
        concerns_channel=True,
    ),
    40003: Meaning(code="unknown_person", text=gettext_lazy("WeChat does not know this person on this account.")),
    40004: _FILE,
    40005: _FILE,
    40007: Meaning(code="media_gone", text=gettext_lazy("WeChat keeps files for three days; this one is gone.")),
    40006: _TOO_LARGE,
    40009: _TOO_LARGE,
    40010: _TOO_LARGE,
    40011: _TOO_LARGE,
    45001: _TOO_LARGE,
    43004: Meaning(code="not_following", text=gettext_lazy("The customer does not follow the account any more.")),
    45002: Meaning(code="text_too_long", text=gettext_lazy("The text is too long for WeChat.")),
    45007: Meaning(code="voice_too_long", text=gettext_lazy("A voice message has at most 60 seconds.")),
    45009: Meaning(
        code="quota",
        text=gettext_lazy("The account's calls for today are used up; WeChat counts anew at midnight in Beijing."),
        is_passing=True,
        wait_seconds=_QUOTA_SECONDS,
    ),
    45011: Meaning(code="too_fast", text=gettext_lazy("Too many calls to WeChat."), is_passing=True, wait_seconds=60.0),
    45015: Meaning(
        code="window_closed",
        text=gettext_lazy("The customer wrote more than 48 hours ago: WeChat takes no message until he writes again."),
    ),
    45047: Meaning(
        code="message_limit",
        text=gettext_lazy(
            "As many messages as WeChat allows have gone out since the customer's last one. Wait until he writes."
        ),
    ),
    48001: Meaning(
        code="no_permission",
        text=gettext_lazy("This account may not use the interface. Customer-service messages need a verified account."),
        concerns_channel=True,
    ),
    48004: Meaning(
        code="interface_blocked",
        text=gettext_lazy("WeChat has blocked the interface for this account. Look into the account's notices."),
        concerns_channel=True,
    ),
    48002: Meaning(
        code="refuses_messages", text=gettext_lazy("The customer has switched off messages of this account.")
    ),
    50002: Meaning(
        code="account_limited", text=gettext_lazy("WeChat has limited this account."), concerns_channel=True
    ),
    87009: Meaning(code="invalid_signature", text=gettext_lazy("WeChat refuses the call's signature.")),
    87014: Meaning(code="content_refused", text=gettext_lazy("WeChat does not let this text or picture pass.")),
}


def as_adapter_error(code: int, words: str) -> AdapterError:
    """What a return code other than 0 means for whoever called; an unknown one is shown with WeChat's own words."""
    meaning = _MEANINGS.get(code)
    if meaning is None:
        text = _("WeChat refuses this: %(words)s (%(code)d).") % {"words": words or "-", "code": code}
        return AdapterError(f"wechat_{code}", text, permanent=True)
    return AdapterError(
        meaning.code,
        str(meaning.text),
        permanent=not meaning.is_passing,
        retry_after_seconds=meaning.wait_seconds,
        concerns_channel=meaning.concerns_channel,
    )
