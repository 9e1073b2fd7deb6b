"""The small markup of articles: paragraphs, headings, points and links. Pure. What is no markup stands as it was written."""

import re
from dataclasses import dataclass
from typing import Literal

_LINK = re.compile(
    r"\[([^\[\]\n]{1,300})\]\((https?://[^\s()<>\"']{1,1000}|/(?![/\\])[^\s()<>\"']{0,1000}|mailto:[^\s()<>\"']{1,320})\)"
)
_BOLD = re.compile(r"\*\*([^*\n]{1,300})\*\*")
_HEADING = re.compile(r"(#{1,3})[ \t]+(\S.*)")
_POINT = re.compile(r"[-*][ \t]+(\S.*)")
_STEP = re.compile(r"\d{1,3}[.)][ \t]+(\S.*)")
Kind = Literal["heading", "paragraph", "points", "steps"]


@dataclass(frozen=True, kw_only=True)
class Span:
    """A run of letters; ``url`` where it is a link to http(s), mailto or a path of this site."""

    text: str
    url: str = ""
    is_bold: bool = False


@dataclass(frozen=True, kw_only=True)
class Block:
    """A heading (``level`` 1 to 3) or paragraph of one line group, or a list with one line for each entry."""

    kind: Kind
    lines: tuple[tuple[Span, ...], ...]
    level: int = 0


def blocks(body: str) -> list[Block]:
    """The parts of an article, in order."""
    found: list[Block] = []
    for part in re.split(r"\n[ \t]*\n", body.replace("\r\n", "\n").strip()):
        for kind, level, lines in _runs(part.split("\n")):
            found.append(Block(kind=kind, level=level, lines=tuple(_spans(line) for line in lines)))
    return found


def _runs(lines: list[str]) -> list[tuple[Kind, int, list[str]]]:
    """Lines of one kind that follow each other, together; each heading by itself."""
    runs: list[tuple[Kind, int, list[str]]] = []
    for line in filter(None, (line.strip() for line in lines)):
        kind, level, text = _kind_of(line)
        if runs and runs[-1][0] == kind and kind != "heading":
            runs[-1][2].append(text)
        else:
            runs.append((kind, level, [text]))
    return runs


def _kind_of(line: str) -> tuple[Kind, int, str]:
    heading, point, step = _HEADING.fullmatch(line), _POINT.fullmatch(line), _STEP.fullmatch(line)
    if heading:
        return "heading", len(heading[1]), heading[2]
    if point:
        return "points", 0, point[1]
    if step:
        return "steps", 0, step[1]
    return "paragraph", 0, line


def _spans(line: str) -> tuple[Span, ...]:
    spans: list[Span] = []
    place = 0
    for link in _LINK.finditer(line):
        spans += _bold_spans(line[place : link.start()])
        spans.append(Span(text=link[1], url=link[2]))
        place = link.end()
    return (*spans, *_bold_spans(line[place:]))


def _bold_spans(text: str) -> list[Span]:
    spans: list[Span] = []
    place = 0
    for bold in _BOLD.finditer(text):
        spans.append(Span(text=text[place : bold.start()]))
        spans.append(Span(text=bold[1], is_bold=True))
        place = bold.end()
    spans.append(Span(text=text[place:]))
    return [span for span in spans if span.text]


def plain_text(body: str) -> str:
    """The words without the markup, a line for each line."""
    return "\n".join("".join(span.text for span in line) for block in blocks(body) for line in block.lines)
