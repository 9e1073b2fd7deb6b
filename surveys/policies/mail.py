"""The survey mail: its text for people who read plain text, with one line where the personal links will stand. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from helpdesk.common.text import one_line, preview
from surveys.policies.scales import SCALES, THUMBS, Scale
from surveys.policies.texts import SurveyTexts
from surveys.policies.wordings import SurveyWords, Worded, words_of

LONGEST_SUBJECT = 80
THUMB_MARKS = {1: "👍", 0: "👎"}


@dataclass(frozen=True, kw_only=True)
class SurveyMail:
    """What the mail is about. ``words`` is the question in the customer's language; ``subject`` is the ticket's or ""."""

    texts: SurveyTexts
    scale: Scale
    words: SurveyWords
    brand: str
    name: str
    subject: str = ""

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
        return self.words.question

    @property
    def ends(self) -> str:
        """What the lowest and the highest number mean; thumbs say it themselves."""
        if self.scale.key == THUMBS:
            return ""
        return f"{self.scale.lowest} = {self.words.lowest}, {self.scale.highest} = {self.words.highest}"


def survey_mail(survey: Worded, *, texts: SurveyTexts, brand: str, name: str, subject: str = "") -> SurveyMail:
    """The mail of ``survey`` to somebody called ``name``, in the language of ``texts``."""
    words = words_of(survey, texts)
    return SurveyMail(texts=texts, scale=survey.values, words=words, brand=brand, name=name, subject=subject)


def placeholder(scale: Scale) -> str:
    """Stored in the message and shown to agents; the links, which hold a secret, take its place when the mail leaves."""
    if scale.key == THUMBS:
        return " · ".join(THUMB_MARKS.values())
    return " · ".join(str(score) for score in scale.scores)


_PLACEHOLDERS = frozenset(placeholder(scale) for scale in SCALES.values())


def mail_text(mail: SurveyMail) -> str:
    """The whole text with the placeholder on a line of its own."""
    texts = mail.texts
    paragraphs = [
        mail.greeting,
        f"{mail.opening}\n{mail.asked}".strip(),
        mail.ends,
        placeholder(mail.scale),
        texts.how_to_answer,
        texts.closing,
        f"{texts.goodbye}\n{mail.brand}",
    ]
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def with_links(text: str, links: Mapping[int, str], *, scale: Scale) -> str:
    """The text with one line per score, the best first, in the place of the first placeholder, whatever scale it is of."""
    marks = THUMB_MARKS if scale.key == THUMBS else {score: f"{score:>2}" for score in links}
    lines = [f"{marks[score]}  {links[score]}" for score in sorted(links, reverse=True)]
    written = text.split("\n")
    place = next((number for number, line in enumerate(written) if line.strip() in _PLACEHOLDERS), None)
    return text if place is None else "\n".join([*written[:place], *lines, *written[place + 1 :]])
