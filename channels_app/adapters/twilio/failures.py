"""Twilio's error codes: what they mean for the message, and what a person should do about it.

Codes of https://www.twilio.com/docs/api/errors. Everything that is not here is judged by the HTTP status.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

OPTED_OUT = "21610"


@dataclass(frozen=True, kw_only=True)
class Failure:
    """``is_permanent``: trying again cannot help. ``concerns_channel``: the account or the sender is at fault, not the message."""

    words: object
    is_permanent: bool = True
    concerns_channel: bool = False


FAILURES: Mapping[str, Failure] = {
    "20003": Failure(
        words=_("Twilio refuses the account SID or the auth token. Enter both anew."), concerns_channel=True
    ),
    "20404": Failure(words=_("Twilio does not know this account. Check the account SID."), concerns_channel=True),
    "20429": Failure(words=_("Too many messages at once; Twilio asks for a pause."), is_permanent=False),
    "14107": Failure(words=_("Too many messages at once; Twilio asks for a pause."), is_permanent=False),
    "63018": Failure(words=_("Too many messages at once; Twilio asks for a pause."), is_permanent=False),
    "20500": Failure(words=_("Twilio has a fault of its own."), is_permanent=False),
    "20503": Failure(words=_("Twilio cannot take messages at the moment."), is_permanent=False),
    "21211": Failure(words=_("This is no number that can be written to.")),
    "21212": Failure(words=_("The sender's number is wrong. Check the channel's settings."), concerns_channel=True),
    "21214": Failure(words=_("This number cannot be reached.")),
    "21265": Failure(words=_("This number cannot get text messages.")),
    "21266": Failure(words=_("The number is the sender's own.")),
    "21408": Failure(
        words=_("The account may not write to this country. Allow it in Twilio under Messaging, Geo permissions.")
    ),
    "21602": Failure(words=_("There was no text.")),
    "21603": Failure(words=_("No sender is set. Enter a number or a messaging service."), concerns_channel=True),
    "21606": Failure(
        words=_("The sender's number cannot send text messages. Check the channel's settings."), concerns_channel=True
    ),
    "21608": Failure(words=_("A Twilio trial account writes to verified numbers only.")),
    OPTED_OUT: Failure(words=_("The customer has answered STOP: he may not be written to until he answers START.")),
    "21611": Failure(words=_("Too many messages wait at Twilio for this sender."), is_permanent=False),
    "21612": Failure(words=_("There is no way from this sender to that number.")),
    "21614": Failure(words=_("This is no mobile number.")),
    "21617": Failure(words=_("The text is longer than 1600 characters.")),
    "21620": Failure(words=_("Twilio cannot fetch the file: the address of this installation must be public.")),
    "21623": Failure(words=_("Twilio does not take more than ten files.")),
    "21703": Failure(
        words=_("The messaging service has no sender. Add a number to it in Twilio."), concerns_channel=True
    ),
    "30001": Failure(words=_("Too many messages wait at Twilio."), is_permanent=False),
    "30002": Failure(words=_("The Twilio account is suspended."), concerns_channel=True),
    "30003": Failure(words=_("The telephone is switched off, out of reach, or cannot get messages.")),
    "30004": Failure(words=_("The message was blocked by the carrier or by the customer.")),
    "30005": Failure(words=_("The number does not exist or is no longer in use.")),
    "30006": Failure(words=_("A landline, or a carrier that takes no messages.")),
    "30007": Failure(words=_("The carrier filtered the message as spam.")),
    "30008": Failure(words=_("The carrier did not deliver the message and says no reason.")),
    "30011": Failure(words=_("The customer's carrier takes no pictures.")),
    "30019": Failure(words=_("A file is larger than the customer's carrier takes.")),
    "30022": Failure(words=_("The daily limit of this sender is reached."), is_permanent=False),
    "30024": Failure(words=_("The number is not ready for messages at the carrier yet."), concerns_channel=True),
    "30032": Failure(words=_("The toll-free number is not verified."), concerns_channel=True),
    "30034": Failure(words=_("The number is not registered for business messages (A2P 10DLC)."), concerns_channel=True),
    "30410": Failure(words=_("The provider did not answer in time."), is_permanent=False),
    "30454": Failure(words=_("The same text was sent to this number too often.")),
    "30485": Failure(words=_("The same text was sent to this number too often.")),
}


def words_for(code: str) -> str:
    """What a person reads about a code; "" for one that is not in the table."""
    failure = FAILURES.get(code)
    return str(failure.words) if failure is not None else ""
