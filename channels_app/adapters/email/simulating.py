"""Mails of made-up customers, for trying the channel out."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from channels_app.adapters.base import SimulatedCall, SimulatedTurn
from channels_app.adapters.trial_files import trial_picture


def make_mail(turn: SimulatedTurn, *, to: str) -> SimulatedCall | None:
    """The mail of a turn, as it would lie in the mailbox; None for what is not said by mail."""
    if turn.act not in ("text", "image"):
        return None
    mail = EmailMessage()
    mail["From"] = Address(turn.name, f"person{turn.person}", "customer.example")
    mail["To"] = to
    mail["Date"] = format_datetime(turn.at)
    mail["Message-ID"] = f"<trial-{turn.serial}@customer.example>"
    mail["Subject"] = turn.text.partition("\n")[0][:60] or "Hello"
    mail.set_content(turn.text or "Hello")
    if turn.act == "image":
        mail.add_attachment(trial_picture(), maintype="image", subtype="png", filename="photo.png")
    return SimulatedCall(body=mail.as_bytes(), content_type="message/rfc822")
