"""Testing the connection to Twilio, and saying what to do."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from channels_app.adapters.base import AdapterError, Finding
from channels_app.adapters.twilio.client import TwilioClient


def check_account(client: TwilioClient) -> list[Finding]:
    """Whether the account answers; the last finding says whether it is worth asking further."""
    try:
        account = client.get()
    except AdapterError as error:
        advice = _("Compare the account SID and the first auth token with those in the Twilio Console.")
        return [Finding(is_ok=False, what=error.message, advice=advice)]
    status = str(account.get("status") or "")
    if status not in ("", "active"):
        advice = _("Open the Twilio Console; it says why and what is to be paid or proved.")
        return [Finding(is_ok=False, what=_("The account is %(status)s.") % {"status": status}, advice=advice)]
    findings = []
    if account.get("type") == "Trial":
        advice = _("Until the account is paid for, verify every number in the Console before it is written to.")
        findings.append(Finding(is_ok=True, what=_("It is a trial account."), advice=advice))
    return [*findings, Finding(is_ok=True, what=_("Twilio takes the account SID and the auth token."))]


def check_number(client: TwilioClient, number: str, *, ability: str, url_field: str, url: str) -> list[Finding]:
    """Whether the account has the number, whether it can do what this channel does, and whether its webhook leads here."""
    try:
        answer = client.get("IncomingPhoneNumbers", {"PhoneNumber": number})
    except AdapterError as error:
        return [Finding(is_ok=False, what=error.message, advice=_("Try again in a few minutes."))]
    known = [one for one in _listed(answer) if one.get("phone_number") == number]
    if not known:
        what = _("The account has no number %(number)s.") % {"number": number}
        return [
            Finding(is_ok=False, what=what, advice=_("Buy it in the Console, or enter the number of this account."))
        ]
    abilities = known[0].get("capabilities")
    if isinstance(abilities, Mapping) and abilities.get(ability) is False:
        what = _("The number %(number)s cannot do this.") % {"number": number}
        return [Finding(is_ok=False, what=what, advice=_("Choose a number with the capability in the Console."))]
    set_url = str(known[0].get(url_field) or "")
    if set_url != url:
        what = _("The number's webhook leads elsewhere: %(url)s") % {"url": set_url or "–"}
        advice = _("Enter %(url)s with HTTP POST in the number's configuration.") % {"url": url}
        return [Finding(is_ok=False, what=what, advice=advice)]
    return [Finding(is_ok=True, what=_("The number %(number)s delivers to this channel.") % {"number": number})]


def _listed(answer: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    numbers = answer.get("incoming_phone_numbers")
    return [one for one in numbers if isinstance(one, Mapping)] if isinstance(numbers, list) else []
