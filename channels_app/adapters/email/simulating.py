"""Mails of made-up customers, for trying the channel out."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from channels_app.adapters.base import SimulatedCall, SimulatedTurn

_IMAGE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63606060f80f0001040100"
    "5fe5c34b0000000049454e44ae426082"
)


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
        mail.add_attachment(_IMAGE, maintype="image", subtype="png", filename="photo.png")
    return SimulatedCall(body=mail.as_bytes(), content_type="message/rfc822")
