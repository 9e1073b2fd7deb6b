"""A bot's answer in its own words, from the given articles alone: asked of the language model, and believed in nothing."""


def is_wording_on() -> bool:
    return False


def word_answer(*, session_id: int, question: str, articles: list[int]) -> str:
    return ""
