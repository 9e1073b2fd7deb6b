"""Synthetic mail, the same on every run: 40 % open a ticket (half of them from somebody new), 60 % answer one of the last
2,000, 10 % carry a file of 20 KB. Words follow a Zipf-like distribution, so that searches meet rare and common ones."""

import base64
import random
from collections.abc import Iterator
from dataclasses import dataclass

from helpdesk.load.words import Words

RECENT = 2000


@dataclass(frozen=True, kw_only=True)
class SyntheticMail:
    """One mail; ``parent`` is the Message-ID (without brackets) that it answers, or None."""

    message_id: str
    parent: str | None
    sender: str
    name: str
    subject: str
    text: str
    attachment: bytes | None

    def as_bytes(self, to: str) -> bytes:
        """The mail as it comes over the wire."""
        subject = self.subject if self.parent is None else f"Re: {self.subject}"
        head = [
            f"From: {self.name} <{self.sender}>", f"To: {to}", f"Subject: {subject}", f"Message-ID: <{self.message_id}>",
            "Date: Mon, 02 Nov 2026 10:00:00 +0000", "MIME-Version: 1.0",
        ]  # fmt: skip
        if self.parent is not None:
            head += [f"In-Reply-To: <{self.parent}>", f"References: <{self.parent}>"]
        if self.attachment is None:
            body = ["Content-Type: text/plain; charset=utf-8", "", self.text]
        else:
            body = [
                'Content-Type: multipart/mixed; boundary="=_cut"', "", "--=_cut", "Content-Type: text/plain; charset=utf-8",
                "", self.text, "--=_cut", 'Content-Type: application/pdf; name="file.pdf"',
                'Content-Disposition: attachment; filename="file.pdf"', "Content-Transfer-Encoding: base64", "",
                base64.encodebytes(self.attachment).decode(), "--=_cut--", "",
            ]  # fmt: skip
        return "\r\n".join([*head, *body]).encode()


def mails(count: int, *, seed: int) -> Iterator[SyntheticMail]:
    """``count`` mails; another seed gives other senders and other ids."""
    source, words = random.Random(seed), Words(seed)
    openers: list[tuple[int, str, str]] = []
    customers = 0
    for number in range(count):
        message_id, parent = f"m{seed}.{number}@mail.example", None
        if not openers or source.random() < 0.4:
            if customers == 0 or source.random() < 0.5:
                customers += 1
                customer = customers
            else:
                customer = source.randint(1, customers)
            subject = " ".join(words.draw(6))
            openers.append((customer, subject, message_id))
        else:
            customer, subject, parent = openers[source.randint(max(0, len(openers) - RECENT), len(openers) - 1)]
        yield SyntheticMail(
            message_id=message_id,
            parent=parent,
            sender=f"customer{customer}.{seed}@c{customer % 500}.example",
            name=f"Customer {customer}",
            subject=subject,
            text=words.text(80),
            attachment=source.randbytes(20_000) if source.random() < 0.1 else None,
        )
