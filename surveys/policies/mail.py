"""The survey mail: its text for people who read plain text, with one line where the personal links will stand. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from helpdesk.common.text import one_line, preview
from surveys.policies.texts import SurveyTexts
from surveys.policies.votes import HIGHEST, LOWEST

# Stored in the message and shown to agents; the links, which hold a secret, take its place at the moment of sending.
PLACEHOLDER = " · ".join(str(score) for score in range(LOWEST, HIGHEST + 1))
SCORES = range(LOWEST, HIGHEST + 1)
LONGEST_SUBJECT = 80


@dataclass(frozen=True, kw_only=True)
class SurveyMail:
    """What the mail is about. ``question`` is the team's own wording or "" for ours; ``subject`` is the ticket's."""

    texts: SurveyTexts
    brand: str
    name: str
    subject: str
    question: str = ""

    @property
    def greeting(self) -> str:
        # A name that is an address or spans lines is no name to be greeted by.
        name = one_line(self.name)
        if not name or "@" in name or len(name) > LONGEST_SUBJECT:
            return self.texts.greeting_without_name
        return self.texts.greeting.replace("{name}", name)

    @property
    def opening(self) -> str:
        if not self.subject.strip():
            return ""
        return self.texts.opening.replace("{subject}", preview(self.subject, LONGEST_SUBJECT))

    @property
    def asked(self) -> str:
        return self.question or self.texts.question


def mail_text(mail: SurveyMail) -> str:
    """The whole text with ``PLACEHOLDER`` on a line of its own."""
    texts = mail.texts
    paragraphs = [
        mail.greeting,
        f"{mail.opening}\n{mail.asked}".strip(),
        f"{LOWEST} = {texts.lowest}, {HIGHEST} = {texts.highest}",
        PLACEHOLDER,
        texts.how_to_answer,
        texts.closing,
        f"{texts.goodbye}\n{mail.brand}",
    ]
    return "\n\n".join(paragraphs)


def with_links(text: str, links: Mapping[int, str]) -> str:
    """The text with one line per score, the best first, in the place of the first placeholder."""
    lines = "\n".join(f"{score:>2}  {links[score]}" for score in sorted(links, reverse=True))
    return text.replace(PLACEHOLDER, lines, 1)
