"""Whether a text ends with one open question. Pure."""

import re

# A question may be followed by a greeting, the name and the firm.
LINES_AFTER = 4
# “Done?” asks nothing.
FEWEST_WORDS = 3
# Scripts that put no spaces between words: letters instead.
FEWEST_LETTERS = 4

_ADDRESS = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
# Latin and most others, Arabic, Chinese and Japanese, Armenian, Ethiopic; the Greek one is a semicolon and counts behind Greek only.
# Several of them together are one.
_QUESTION = re.compile(r"[?؟？՞፧\u037e]+|(?<=[\u0370-\u03ff\u1f00-\u1fff]);")
# Where the sentence before ends; a dot behind a single letter is an abbreviation.
_SENTENCE_END = re.compile(r"(?<=\w\w)[.!…:]\s|[。！]|[,.!…:]\s*\n")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")


def asks_question(text: str) -> bool:
    """Whether the end of a text holds exactly one question, in the script it is written in, of a few words at least.

    Questions further above are the text's own business, and a question mark inside an address is none.
    """
    lines = [line for line in _ADDRESS.sub(" ", text).splitlines() if line.strip()][-LINES_AFTER:]
    ending = "\n".join(lines)
    marks = list(_QUESTION.finditer(ending))
    if len(marks) != 1:
        return False
    question = _SENTENCE_END.split(ending[: marks[0].start()])[-1]
    return len(_WORD.findall(question)) >= FEWEST_WORDS or len(_UNSPACED.findall(question)) >= FEWEST_LETTERS
