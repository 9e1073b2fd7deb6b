"""The shape of one language's sentences."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class SurveyTexts:
    """``{name}``, ``{subject}``, ``{brand}``, ``{score}`` and ``{until}`` are filled in; everything else stands as it is."""

    language: str
    is_right_to_left: bool = False
    # the mail
    mail_subject: str
    greeting: str  # with {name}
    greeting_without_name: str
    opening: str  # with {subject}
    how_to_answer: str
    closing: str
    goodbye: str  # before the brand
    # the question
    question: str
    lowest: str
    highest: str
    comment: str
    comment_hint: str
    send: str
    score_missing: str
    comment_too_long: str
    # after the answer
    thanks: str
    your_answer: str  # with {score}
    change_until: str  # with {until}
    change: str
    # when the link opens nothing
    answered_title: str
    answered_text: str
    expired_title: str
    expired_text: str
    unknown_title: str
    unknown_text: str
    broken_title: str
    broken_text: str
    busy_title: str
    busy_text: str
