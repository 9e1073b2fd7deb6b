"""The shape of one language's sentences."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class SurveyTexts:
    """``{name}``, ``{subject}``, ``{brand}``, ``{score}``, ``{lowest}``, ``{highest}``, ``{answer}`` and ``{until}`` are filled in;
    everything else stands as it is.
    """

    language: str
    is_right_to_left: bool = False
    # the mail
    mail_subject: str  # with {lowest} and {highest}
    mail_subject_thumbs: str
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
    score_missing: str  # with {lowest} and {highest}
    comment_too_long: str
    # the question on other scales
    recommend_question: str
    recommend_lowest: str
    recommend_highest: str
    thumbs_question: str
    thumbs_up: str
    thumbs_down: str
    thumbs_missing: str
    # the question in a chat
    answer_by_number: str  # with {lowest} and {highest}
    answer_by_thumb: str
    reminder: str  # before the question, when it is asked once more
    # the question at the end of a call
    press_to_ten: str
    press_key: str  # with {lowest} and {highest}
    press_thumb: str
    # further questions
    reasons_question: str
    several_hint: str
    reason_speed: str
    reason_ease: str
    reason_knowledge: str
    reason_friendliness: str
    reason_product: str
    text_question: str
    text_hint: str
    # after the answer
    thanks: str
    your_answer: str  # with {score} and {highest}
    your_answer_in_words: str  # with {answer}
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
