"""The new words of an answer: without the history it quotes and the signature below.

Works on lines from the top. Every pattern is bounded and looks at a line (or four joined ones) once: linear time.
"""

import re
from typing import NamedTuple

from channels_app.adapters.email.limits import MAX_QUOTING_CHARACTERS
from channels_app.adapters.email.quoting_html import text_without_quotes
from channels_app.adapters.email.quoting_words import (
    DATE_AND_ADDRESS,
    ENDS_AS_INTRO,
    EVIDENCE,
    FORWARD_INTRO,
    FORWARD_SEPARATOR,
    FORWARD_SUBJECT,
    HEADER_LABELS,
    INTRO_ON,
    INTRO_START,
    LIST_FOOTER,
    MOBILE_SIGNATURE,
    ORIGINAL_SEPARATOR,
    REPLY_MARKER,
    WROTE,
)

_MAX_LINE = 500
_MAX_INTRO_LINES = 4
_HEADER_WINDOW = 10
_MAX_SIGNATURE_LINES = 12
_QUOTED = re.compile(r"[ \t]{0,3}[>|＞](?!\s?[:：]$)")
_LABEL = re.compile(
    r"[\s*_>\u200e\u200f\u202a-\u202e]{0,12}([^\s:：*][^:：]{0,30}?)[\s*_]{0,4}[:：][\s*_\u200e\u200f]{0,6}"
)
_UNDERSCORES = re.compile(r"\s*(?:[_—–-]{10,200}|={4,200})\s*")
_SIGNATURE = re.compile(r"--\s?|[—–]{1,40}\s?|__\s?")
_DASHES = " \t-–—"


class _History(NamedTuple):
    """Where quoted history begins, and where what it quotes begins."""

    start: int
    behind: int


def reply_text(text: str, *, html: str = "", has_own_text: bool = True, subject: str = "") -> str:
    """The text without quoted history and signature; the whole text where nothing else would be left.

    Answers between or below quotes are kept, those between with the quotes they answer. A forwarded mail is content.
    """
    is_forward = bool(FORWARD_SUBJECT.match(subject))
    if not has_own_text and html and not is_forward:
        stripped = text_without_quotes(html)
        if stripped.strip():
            return _from_text(stripped, is_forward=False) or text.strip()
    return _from_text(text, is_forward=is_forward) or text.strip()


def _from_text(text: str, *, is_forward: bool) -> str:
    lines = text[:MAX_QUOTING_CHARACTERS].split("\n")
    is_cut = len(text) > MAX_QUOTING_CHARACTERS
    kept = _without_marker(lines)
    is_cut = is_cut and len(kept) == len(lines)
    history = _find_history(kept, is_forward=is_forward)
    if history is not None:
        kept, is_cut = _without_history(kept, history), False
    elif not _has_forward(kept):
        kept = _without_trailing_quote(kept)
    if is_cut:
        return text.strip()
    if not _has_forward(kept):
        kept = _without_signature(kept)
    return "\n".join(kept).strip()


def _without_marker(lines: list[str]) -> list[str]:
    for index, line in enumerate(lines):
        if ("##-" in line or "bove this line" in line) and REPLY_MARKER.fullmatch(line[:_MAX_LINE]):
            return lines[:index] if any(before.strip() for before in lines[:index]) else lines[index + 1 :]
    return lines


def _find_history(lines: list[str], *, is_forward: bool) -> _History | None:
    """The first place from which on the mail is somebody else's earlier mail."""
    for index, full_line in enumerate(lines):
        line = full_line[:_MAX_LINE]
        if not line.strip() or _QUOTED.match(line):
            continue
        if FORWARD_SEPARATOR.fullmatch(line) or FORWARD_INTRO.fullmatch(line):
            return None
        intro = _intro_ending_at(lines, index)
        if intro is not None:
            return _History(intro, index + 1)
        if is_forward:
            continue
        if ORIGINAL_SEPARATOR.fullmatch(line) or _is_header_block(lines, index):
            return _History(_before_separator(lines, index), len(lines))
    return None


def _has_forward(lines: list[str]) -> bool:
    return any(
        FORWARD_SEPARATOR.fullmatch(line[:_MAX_LINE]) or FORWARD_INTRO.fullmatch(line[:_MAX_LINE]) for line in lines
    )


def _intro_ending_at(lines: list[str], end: int) -> int | None:
    """Where the "On ..., somebody wrote:" that ends at this line begins; None where the line ends none."""
    last = lines[end].rstrip()
    if len(last) > _MAX_LINE:
        return None
    is_quote_next = _is_quote_next(lines, end)
    if "@" in last and DATE_AND_ADDRESS.fullmatch(last) and (is_quote_next or last.endswith((":", "："))):
        return _with_date_above(lines, end)
    bare = last.strip(_DASHES)
    if not last.endswith((":", "：", "︰")) and not (bare.lower().endswith("wrote") and "@" in last):
        return None
    best: int | None = None
    is_dated = False
    sentence = ""
    joined = ""
    for start in range(end, max(end - _MAX_INTRO_LINES, -1), -1):
        line = lines[start]
        if not line.strip() or _QUOTED.match(line) or len(line) > _MAX_LINE:
            break
        joined = f"{line.strip(_DASHES)} {joined}".strip()
        if not WROTE.search(joined) or not (EVIDENCE.search(joined) or (is_quote_next and len(joined) < 100)):
            continue
        if INTRO_ON.match(joined):
            return _with_date_above(lines, start)
        if best is None or (not is_dated and INTRO_START.match(joined)):
            best, is_dated, sentence = start, bool(INTRO_START.match(joined)), joined
    return best if best is not None and (is_quote_next or ENDS_AS_INTRO.search(sentence)) else None


def _with_date_above(lines: list[str], index: int) -> int:
    above = lines[index - 1] if index else ""
    is_beginning = len(above) < 80 and INTRO_ON.match(above) and EVIDENCE.search(above)
    return index - 1 if is_beginning else index


def _is_quote_next(lines: list[str], index: int) -> bool:
    for line in lines[index + 1 : index + 5]:
        if line.strip():
            return bool(_QUOTED.match(line))
    return False


def _label(line: str) -> str:
    match = _LABEL.match(line[:_MAX_LINE])
    return HEADER_LABELS.get(match[1].strip().casefold(), "") if match else ""


def _is_header_block(lines: list[str], index: int) -> bool:
    """Whether the header of an earlier mail begins here: sender first, and a subject or something only mails have."""
    if not _label(lines[index]):
        return False
    kinds: dict[str, None] = {}
    block: list[str] = []
    blank = 0
    if index and _label(lines[index - 1]):
        return False  # asked at the line above; asking ten lines of each in a long list would take its time
    for line in lines[index : index + _HEADER_WINDOW]:
        if not line.strip():
            blank += 1
            if blank > 1 and len(kinds) < 2:
                break
            continue
        kind = _label(line)
        if kind:
            kinds.setdefault(kind)
        block.append(line[:_MAX_LINE])
    if "from" not in kinds or (len(kinds) < 3 and not ("date" in kinds and "@" in block[0])):
        return False
    # Without a subject or an address the order tells a mail's header from somebody's list ("From: ... To: ...").
    return "subject" in kinds or "@" in "".join(block) or list(kinds)[:3] == ["from", "date", "to"]


def _before_separator(lines: list[str], index: int) -> int:
    """Take the line of underscores or dashes above along."""
    above = index - 1
    while above >= 0 and not lines[above].strip():
        above -= 1
    if above >= 0 and _UNDERSCORES.fullmatch(lines[above][:_MAX_LINE]):
        return above
    return index


def _without_history(lines: list[str], history: _History) -> list[str]:
    head, rest = lines[: history.start], lines[history.behind :]
    answers = _answers_within(rest)
    if not answers:
        return head
    if not any(line.strip() for line in head):
        return answers
    return [*head, "", *answers]


def _answers_within(rest: list[str]) -> list[str]:
    """What the writer put between and below quotes marked with ">"; nothing where the history is not marked."""
    marks = _quote_marks(rest)
    first = next((index for index, line in enumerate(rest) if line.strip()), None)
    if first is None or not marks[first]:
        return []
    own = [index for index, line in enumerate(rest) if line.strip() and not marks[index]]
    if not own:
        return []
    tail = rest[own[0] : own[-1] + 1]
    if any(marks[own[0] : own[-1] + 1]):
        return rest[first : own[-1] + 1]
    without_signature = _without_signature(tail)
    return without_signature if any(line.strip() for line in without_signature) else []


def _quote_marks(lines: list[str]) -> list[bool]:
    """Which lines are quoted. The end of a quoted line that a program wrapped is quoted too."""
    marks = [bool(_QUOTED.match(line)) for line in lines]
    for index in range(1, len(lines) - 1):
        is_enclosed = marks[index - 1] and bool(_QUOTED.match(lines[index + 1]))
        if (
            not marks[index]
            and is_enclosed
            and lines[index].strip()
            and len(lines[index - 1]) >= 60 > len(lines[index])
        ):
            marks[index] = True
    return marks


def _without_trailing_quote(lines: list[str]) -> list[str]:
    marks = _quote_marks(lines)
    end = len(lines)
    while end and (marks[end - 1] or not lines[end - 1].strip()):
        end -= 1
    return lines[:end] if end and any(marks[end:]) else lines


def _without_signature(lines: list[str]) -> list[str]:
    filled = [index for index, line in enumerate(lines) if line.strip()]
    for position, index in enumerate(filled[1:], start=1):
        line, left = lines[index], len(filled) - position - 1
        if len(line) > 120 or line.lstrip()[:1] not in ("-", "—", "–", "_"):
            continue
        is_delimiter = line == "-- " or (left <= _MAX_SIGNATURE_LINES and bool(_SIGNATURE.fullmatch(line)))
        is_list_footer = bool(LIST_FOOTER.fullmatch(line)) and "list" in " ".join(lines[index + 1 : index + 3]).lower()
        if is_delimiter or is_list_footer:
            return _without_mobile_signature(lines[:index])
    return _without_mobile_signature(lines)


def _without_mobile_signature(lines: list[str]) -> list[str]:
    """Drop "Sent from my ..." and the like where it stands last, or last but for a short block."""
    filled = [index for index, line in enumerate(lines) if line.strip()]
    for index in filled[-5:]:
        line = lines[index].strip()
        if len(line) <= 150 and MOBILE_SIGNATURE.fullmatch(line.strip("<>[]()*-–—_ .")):
            return lines[:index] if index != filled[0] else lines
    return lines
