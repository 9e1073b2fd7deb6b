"""The tree of parts of a mail, found in one linear pass over the bytes.

Not the standard library's parser, for three reasons: a part keeps its bytes exactly as they were sent (an attached mail
must have the hash that its sender sees), nothing recurses, and a mail over a limit is refused while it is being read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from channels_app.adapters.email.headers import Headers, read_headers
from channels_app.adapters.email.limits import MAX_DEPTH, MAX_PARTS
from channels_app.adapters.email.parameters import parse_parameters
from channels_app.adapters.email.transfer import decode_transfer, encoding_name
from helpdesk.common.errors import ParseError

_DELIMITER_LINE = re.compile(rb"^--([^\n]*)", re.MULTILINE)
_CONTENT_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+*-]*")
_CONTENT_TYPE_INSIDE = re.compile(r"\b(text|multipart|image|audio|video|application|message|font|model)/[a-z0-9.+_-]+")
_SNIFFED_BYTES = 65536


@dataclass
class Part:
    """One part: its header, where its body stands in ``mail``, and the parts inside it.

    The child of a message/rfc822 part is the attached mail itself.
    """

    mail: bytes
    headers: Headers
    content_type: str
    parameters: dict[str, str]
    start: int
    end: int
    children: list["Part"] = field(default_factory=list)
    depth: int = 0
    disposition: str = ""
    disposition_parameters: dict[str, str] = field(default_factory=dict)

    @property
    def body(self) -> bytes:
        """The bytes of the body as they were sent."""
        return self.mail[self.start : self.end]

    @property
    def content(self) -> bytes:
        """The bytes of the body with the transfer encoding undone."""
        return decode_transfer(self.body, encoding_name(self.headers.raw("content-transfer-encoding")))

    @property
    def is_multipart(self) -> bool:
        return self.content_type.startswith("multipart/")

    @property
    def is_mail(self) -> bool:
        return self.content_type in ("message/rfc822", "message/global", "message/news")

    @property
    def charset(self) -> str:
        return self.parameters.get("charset", "")

    @property
    def content_id(self) -> str:
        return self.headers.raw("content-id").strip().strip("<>").strip()

    def walk(self) -> Iterator["Part"]:
        """This part and those inside it, in order, but none of an attached mail."""
        stack = [self]
        while stack:
            part = stack.pop()
            yield part
            if not part.is_mail:
                stack.extend(reversed(part.children))


def parse_tree(mail: bytes) -> Part:
    """The tree of a mail. Raises ParseError("too_deep", "too_many_parts" or "headers_too_large"), nothing else."""
    root = _Splitter(mail).split()
    if root.is_multipart and not root.children:
        boundary = _sniff_boundary(mail, root.start)
        if boundary:
            root = _Splitter(mail, root_boundary=boundary).split()
    for part in root.walk():
        if part.is_multipart and not part.children:
            part.content_type = "text/html" if part.body[:1000].lstrip()[:1] == b"<" else "text/plain"
    return root


def _sniff_boundary(mail: bytes, start: int) -> bytes:
    """The boundary of a multipart that does not say it or says another: its body begins with it."""
    head = mail[start : start + _SNIFFED_BYTES]
    for match in _DELIMITER_LINE.finditer(head):
        boundary = match[1].rstrip()
        if boundary.strip(b"-") and b" " not in boundary:
            following = head[match.end() + 1 : match.end() + 200].lower()
            return boundary if following.startswith((b"content-", b"\n", b"\r\n")) else b""
    return b""


class _Splitter:
    """Reads one mail from front to back, keeping the open multiparts on a stack of its own."""

    def __init__(self, mail: bytes, *, root_boundary: bytes = b"") -> None:
        self.mail = mail
        self.root_boundary = root_boundary
        self.open: list[tuple[bytes, Part]] = []
        self.boundaries: set[bytes] = set()
        self.leaves: list[Part] = []  # opened and not yet ended: the innermost last
        self.count = 0

    def split(self) -> Part:
        root, position = self._begin(0, depth=0, default_type="text/plain", is_top=True)
        while self.open:
            match = _DELIMITER_LINE.search(self.mail, position)
            if match is None:
                break
            position = match.end()
            line = match[1].rstrip()
            if line in self.boundaries:
                position = self._next_part(line, match.start(), match.end() + 1)
            elif line.endswith(b"--") and line[:-2] in self.boundaries:
                self._close(line[:-2], match.start(), is_last=True)
        return root

    def _next_part(self, boundary: bytes, start: int, behind: int) -> int:
        parent = self._close(boundary, start, is_last=False)
        default = "message/rfc822" if parent.content_type == "multipart/digest" else "text/plain"
        child, position = self._begin(min(behind, len(self.mail)), depth=parent.depth + 1, default_type=default)
        parent.children.append(child)
        return position

    def _close(self, boundary: bytes, start: int, *, is_last: bool) -> Part:
        """End everything inside the innermost open multipart of this boundary, and itself behind its last delimiter."""
        while self.open[-1][0] != boundary:
            self.open.pop()
        parent = self.open[-1][1]
        end = start
        if end and self.mail[end - 1 : end] == b"\n":  # the line end before a delimiter belongs to the delimiter
            end -= 1
            if self.mail[end - 1 : end] == b"\r":
                end -= 1
        while self.leaves and self.leaves[-1] is not parent:
            leaf = self.leaves.pop()
            leaf.end = max(leaf.start, end)
        if is_last:
            self.open.pop()
        self.boundaries = {open_boundary for open_boundary, _ in self.open}
        return parent

    def _begin(self, start: int, *, depth: int, default_type: str, is_top: bool = False) -> tuple[Part, int]:
        """Read the header of a part, and on into attached mails; gives the part and where to look for delimiters."""
        outermost: Part | None = None
        while True:
            self.count += 1
            if self.count > MAX_PARTS:
                raise ParseError("too_many_parts", f"The mail has more than {MAX_PARTS} parts.")
            if depth > MAX_DEPTH:
                raise ParseError("too_deep", f"The mail has parts nested more than {MAX_DEPTH} deep.")
            part = self._read_part(start, depth, default_type, is_top=is_top)
            if outermost is None:
                outermost = part
            else:
                self.leaves[-1].children.append(part)
            self.leaves.append(part)
            if part.is_multipart:
                boundary = self._boundary_of(part)
                if boundary:
                    self.open.append((boundary, part))
                    self.boundaries.add(boundary)
                return outermost, part.start
            if not part.is_mail or encoding_name(part.headers.raw("content-transfer-encoding")):
                return outermost, part.start
            start, depth, default_type, is_top = part.start, depth + 1, "text/plain", True

    def _boundary_of(self, part: Part) -> bytes:
        if part.depth == 0 and self.root_boundary:
            return self.root_boundary
        return part.parameters.get("boundary", "").rstrip().encode("utf-8", "surrogateescape")

    def _read_part(self, start: int, depth: int, default_type: str, *, is_top: bool) -> Part:
        headers, body = read_headers(self.mail, start, delimiters=self.boundaries, is_top=is_top)
        content_type, parameters = parse_parameters(headers.raw("content-type"))
        disposition, disposition_parameters = parse_parameters(headers.raw("content-disposition"))
        headers.charset = parameters.get("charset", "")
        return Part(
            mail=self.mail,
            headers=headers,
            content_type=_clean_type(content_type, headers.raw("content-type"), default_type),
            parameters=parameters,
            start=body,
            end=len(self.mail),
            depth=depth,
            disposition=disposition,
            disposition_parameters=disposition_parameters,
        )


def _clean_type(value: str, raw: str, default: str) -> str:
    if _CONTENT_TYPE.fullmatch(value):
        return value
    if inside := _CONTENT_TYPE_INSIDE.search(raw[:500].lower()):
        return inside.group()
    if value in ("text", "plain", "", "text/"):
        return default
    if value in ("html", "multipart", "multipart/"):
        return "text/html" if value == "html" else "multipart/mixed"
    return "text/plain" if value.startswith("text") else "application/octet-stream"
