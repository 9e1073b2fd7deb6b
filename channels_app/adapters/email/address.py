"""Address lists of RFC 5322 as they are written: comments, groups, missing quotes and brackets, encoded words.

A list is cut into mailboxes before anything is decoded, so that a decoded comma or bracket can never make two of one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from channels_app.adapters.base import Address
from channels_app.adapters.email.limits import MAX_RECIPIENTS
from channels_app.adapters.email.words import decode_words, without_words, word_at
from helpdesk.common.text import normalise_email, one_line

_SPECIAL = re.compile(r'["(<,;:]|=\?')
_ENCLOSING = ("(", '"')
_COMMENT_CHARACTERS = re.compile(r"[()\\]")
_QUOTE_CHARACTERS = re.compile(r'["\\]')
_SCHEME = re.compile(r"(?i)^(?:mailto|smtp|rfc822|e-?mail)\s*:\s*")
_COMMENT = re.compile(r"\([^()]{0,200}\)")
_BLANK = re.compile(r"\s+")
_BARE = re.compile(r"[^\s<>()\[\],;:\"]+@[^\s<>()\[\],;:\"@]+")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_MAX_NAME_CHARACTERS = 500


@dataclass
class _Mailbox:
    """One mailbox being read: words outside brackets (quoted ones with their quotes), brackets, comments."""

    text: str = ""
    words: list[str] = field(default_factory=list)
    angles: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    is_unseparated: bool = False


def parse_addresses(raw: str, *, limit: int | None = None) -> list[Address]:
    """The mailboxes of a header value in order, at most ``limit``. What holds no address is left out. Linear."""
    found: list[Address] = []
    waiting = ""
    for mailbox in _mailboxes(raw):
        found += _unseparated(mailbox)
        address = None if mailbox.is_unseparated else _finish(mailbox, waiting)
        if address is not None:
            found.append(address)
            if limit is not None and len(found) >= limit:
                break
        # "Doe, John <j@x>" without quotes is one mailbox, not two.
        waiting = mailbox.text.strip() if address is None and "@" not in mailbox.text else ""
        waiting = "" if len(waiting) > _MAX_NAME_CHARACTERS or ":" in waiting else waiting
    return found


def display_name(raw: str) -> str:
    """The name in a value that holds no address at all."""
    return _clean_name(raw.partition("<")[0])


def _mailboxes(raw: str) -> Iterator[_Mailbox]:
    mailbox, start, position = _Mailbox(), 0, 0
    last_group_end, text_end = raw.rfind(";"), len(raw.rstrip())
    # Once a quote or comment is found to have no end, later ones have none either: no second search, no square time.
    endless: set[str] = set()
    while match := _SPECIAL.search(raw, position):
        stop, char = match.start(), match.group()
        mailbox.words.append(raw[position:stop])
        position = match.end()
        if char == "=?":
            # An encoded word is one piece: its commas and brackets separate nothing.
            word = word_at(raw, stop)
            position = word.end if word else position
            mailbox.words.append(raw[stop:position])
        elif char in _ENCLOSING:
            position = _take_enclosed(mailbox, raw, stop, endless)
        elif char == "<":
            position = _take_angle(mailbox, raw, position)
        elif char == ":":
            if (position <= last_group_end or position >= text_end) and _is_group_name(mailbox):
                mailbox, start = _Mailbox(), position
            else:
                mailbox.words.append(char)
        else:
            mailbox.text = raw[start:stop]
            yield mailbox
            mailbox, start = _Mailbox(), position
    mailbox.words.append(raw[position:])
    mailbox.text = raw[start:]
    yield mailbox


def _closing(raw: str, start: int) -> int:
    """Where the quoted string or the (nested) comment that begins at ``start`` ends; -1 where it does not."""
    pattern = _QUOTE_CHARACTERS if raw[start] == '"' else _COMMENT_CHARACTERS
    depth, position = 1, start + 1
    while True:
        match = pattern.search(raw, position)
        if match is None:
            return -1
        char, position = match.group(), match.end()
        if char == "\\":
            position += 1
            continue
        depth += 1 if char == "(" else -1
        if depth == 0:
            return position - 1


def _take_enclosed(mailbox: _Mailbox, raw: str, start: int, endless: set[str]) -> int:
    char = raw[start]
    end = -1 if char in endless else _closing(raw, start)
    if end < 0:
        endless.add(char)
        mailbox.words.append(char if char == "(" else "")
        return start + 1
    if char == "(":
        mailbox.comments.append(raw[start + 1 : end])
    else:
        mailbox.words.append(raw[start : end + 1])
    return end + 1


def _take_angle(mailbox: _Mailbox, raw: str, position: int) -> int:
    """Read what stands behind "<"; gives where to go on. A missing ">" ends the address at the next separator."""
    while raw[position : position + 1] == "<":
        position += 1
    end = raw.find(">", position, position + 4096)
    inner = raw.find("<", position, position + 4096)
    if end < 0 or 0 <= inner < end:
        ends = [found for found in (raw.find(",", position, position + 4096), inner) if found >= 0]
        end = min(ends, default=min(len(raw), position + 4096))
        mailbox.angles.append(raw[position:end])
        return end
    mailbox.angles.append(raw[position:end])
    while raw[end : end + 1] == ">":
        end += 1
    return end


def _unseparated(mailbox: _Mailbox) -> list[Address]:
    """The addresses of a list that somebody separated by blanks alone: "a@x b@y"."""
    if mailbox.angles or mailbox.comments or len(mailbox.words) != 1 or mailbox.words[0].count("@") < 2:
        return []
    words = mailbox.words[0].split()
    if len(words) < 2 or not all(_BARE.fullmatch(word) for word in words):
        return []
    mailbox.is_unseparated = True
    addresses = [(_address(word), word) for word in words[:MAX_RECIPIENTS]]
    return [Address(address=address, raw=word) for address, word in addresses if address]


def _is_group_name(mailbox: _Mailbox) -> bool:
    if mailbox.angles or len(mailbox.words) > 20:
        return False
    name = "".join(mailbox.words).strip()
    return bool(name) and "@" not in name and not _SCHEME.match(f"{name}:")


def _finish(mailbox: _Mailbox, waiting: str = "", *, may_decode: bool = True) -> Address | None:
    words = "".join(mailbox.words).strip()
    comment = " ".join(mailbox.comments)
    for angle in reversed(mailbox.angles):
        address = _address(angle)
        if address:
            name = _clean_name(f"{waiting}, {words}" if waiting and words else words or comment)
            return Address(address=address, name=name, raw=one_line(mailbox.text))
    bare, rest = _address_in_words(without_words(words))
    if bare:
        name = _clean_name(_BARE.sub(" ", words) if "=?" in words else rest).strip('" ') or _clean_name(comment)
        return Address(address=bare, name=name, raw=one_line(mailbox.text))
    if may_decode and "=?" in mailbox.text:
        for inner in _mailboxes(one_line(decode_words(mailbox.text))):
            decoded = _finish(inner, may_decode=False)
            if decoded is not None:
                return decoded
    address = next(filter(None, map(_address, mailbox.comments)), "")
    return Address(address=address, name=_clean_name(words), raw=one_line(mailbox.text)) if address else None


def _address_in_words(words: str) -> tuple[str, str]:
    """An address without brackets, and what else stands there. ``"John Doe"@x`` is an address, quotes and all."""
    if "@" not in words:
        return "", ""
    words = _SCHEME.sub("", words.strip())
    if words.startswith('"') and '"@' in words and (address := _address(words)):
        return address, ""
    for candidate in reversed(_BARE.findall(words)):
        if address := _address(candidate):
            return address, words.replace(candidate, " ", 1).strip(" \t[]") if words != candidate else ""
    return (_address(words), "") if len(words) < 400 else ("", "")


def _address(text: str) -> str:
    """The normalised address in the text between brackets, "" where there is none."""
    text = _SCHEME.sub("", text.strip().strip("'"))
    if text.startswith("@") and ":" in text:
        text = text.rpartition(":")[2]  # a source route (RFC 5322, 4.4)
    if "=?" in text:
        text = decode_words(text)
    if not text.startswith('"'):
        text = _BLANK.sub("", _COMMENT.sub("", text))
    local, at, domain = text.rpartition("@")
    if not at or not local or not domain.strip("[]. "):
        return ""
    return normalise_email(f"{local.strip()}@{domain.strip()}")


def _clean_name(name: str) -> str:
    unquoted = _QUOTED.sub(lambda match: _ESCAPED.sub(r"\1", match[1]), name.strip())
    return _BLANK.sub(" ", one_line(decode_words(unquoted))).strip()[:_MAX_NAME_CHARACTERS]
