"""What a mail says and what is attached to it: text, HTML and files out of the tree of parts."""

import re
from dataclasses import dataclass, field
from urllib.parse import unquote

from channels_app.adapters.base import InboundAttachment
from channels_app.adapters.email.charsets import codec_for, decode
from channels_app.adapters.email.files import attachment, declared_name, file_name
from channels_app.adapters.email.flowed import unflow
from channels_app.adapters.email.limits import MAX_HTML_CHARACTERS, MAX_TEXT_CHARACTERS
from channels_app.adapters.email.mime import Part
from channels_app.adapters.email.transfer import split_uuencoded
from helpdesk.common.html import html_to_text, is_too_complex, text_to_html
from helpdesk.common.text import clean_text

_META_CHARSET = re.compile(rb"(?i)<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([a-z0-9_:.-]{2,40})")
_CID = re.compile(r"(?i)\bcid:([^\s\"'<>()]{1,500})")
_NOT_WORDS = re.compile(r"[\W_]+")
_TAGS = re.compile(r"<[^<>]{0,1000}>")
_SHOWN_TEXT = frozenset(
    {"text/plain", "text/html", "text/enriched", "text/richtext", "text/markdown", "text/x-markdown"}
)
_MAX_TEXT_BYTES = 8_000_000  # enough for the longest text that is kept, in any charset
# Other renderings of the same text, for one mail program each.
_SKIPPED_ALTERNATIVES = frozenset({"text/x-amp-html", "text/watch-html"})


@dataclass
class Block:
    """A stretch of the message in one or both of its renderings."""

    plain: str | None = None
    html: str | None = None


@dataclass
class Body:
    """Everything that a mail says."""

    text: str = ""
    html: str = ""
    attachments: list[InboundAttachment] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    has_own_text: bool = False  # the text was sent as text, not taken from the HTML


def read_body(root: Part) -> Body:
    """The message as text and HTML, and its files in the order of the mail."""
    reader = _Reader(root)
    blocks = _merge_twins(reader.read(root))
    body = Body(attachments=reader.attachments())
    body.html = _joined_html(blocks)[:MAX_HTML_CHARACTERS]
    if body.html and is_too_complex(body.html):
        body.flags.append("html_too_deep")
    body.has_own_text = any((block.plain or "").strip() for block in blocks)
    text = "\n\n".join(filter(None, (_as_text(block).strip("\n").rstrip() for block in blocks)))
    if len(text) > MAX_TEXT_CHARACTERS:
        text = text[:MAX_TEXT_CHARACTERS]
        body.flags.append("text_truncated")
    body.text = text
    return body


def _as_text(block: Block) -> str:
    if block.plain is not None and block.plain.strip():
        return block.plain
    return html_to_text(block.html) if block.html else ""


def _joined_html(blocks: list[Block]) -> str:
    if not any(block.html for block in blocks):
        return ""
    return "\n".join(filter(None, (block.html or text_to_html(block.plain or "") for block in blocks)))


def _merge_twins(blocks: list[Block]) -> list[Block]:
    """A plain and an HTML part side by side that say the same are two renderings, whatever the sender called them."""
    blocks = [block for block in blocks if (block.plain or "").strip() or (block.html or "").strip()]
    if len(blocks) != 2:
        return blocks
    plain = next((block for block in blocks if block.html is None), None)
    html = next((block for block in blocks if block.plain is None), None)
    if plain is None or html is None or not _says_same(plain.plain or "", html.html or ""):
        return blocks
    return [Block(plain=plain.plain, html=html.html)]


def _says_same(plain: str, html: str) -> bool:
    words = _NOT_WORDS.sub("", plain[:400])[:120].lower()
    return words in _NOT_WORDS.sub("", html_to_text(html[:20000])).lower()


class _Reader:
    """Collects the blocks to show and the files beside them."""

    def __init__(self, root: Part) -> None:
        self.root = root
        self.files: list[tuple[Part, bool]] = []  # the part, and whether it stands in a multipart/related
        self.extra: list[InboundAttachment] = []
        self.cids: set[str] = set()

    def read(
        self, part: Part, *, is_related: bool = False, is_first: bool = True, is_alternative: bool = False
    ) -> list[Block]:
        """The blocks of a part. Its depth is bounded by the limit on nesting."""
        if part.is_multipart:
            return self._read_multipart(part, is_related=is_related)
        if self._is_shown(part, is_first=is_first, is_alternative=is_alternative):
            return [self._block(part)]
        if not (is_alternative and part.content_type in _SKIPPED_ALTERNATIVES):
            self.files.append((part, is_related))
        return []

    def _read_multipart(self, part: Part, *, is_related: bool) -> list[Block]:
        kind = part.content_type.removeprefix("multipart/")
        if kind == "alternative":
            return self._read_alternative(part)
        children = part.children
        if kind == "appledouble":
            children = [child for child in children if child.content_type != "application/applefile"] or children
        blocks: list[Block] = []
        for index, child in enumerate(children):
            inside = is_related or kind == "related"
            blocks += self.read(child, is_related=inside, is_first=index == 0)
        return blocks

    def _read_alternative(self, part: Part) -> list[Block]:
        plain: str | None = None
        html: str | None = None
        for child in part.children:
            blocks = self.read(child, is_alternative=True)
            has_html = any(block.html for block in blocks)
            if has_html and not html:
                html = _joined_html(blocks)
                inner = "\n\n".join(filter(None, (block.plain for block in blocks)))
                plain = plain if plain and plain.strip() else inner or plain
            elif blocks and not has_html and (plain is None or not plain.strip()):
                plain = "\n\n".join((block.plain or "").strip("\n") for block in blocks)
        return [Block(plain=plain, html=html)] if plain is not None or html is not None else []

    def _is_shown(self, part: Part, *, is_first: bool, is_alternative: bool) -> bool:
        if part.content_type not in _SHOWN_TEXT or part.disposition not in ("", "inline"):
            return False
        if is_alternative or part is self.root:
            return True
        if part.disposition == "inline" and declared_name(part):
            return False
        return is_first or not declared_name(part)

    def _block(self, part: Part) -> Block:
        text = part_text(part)
        if part.content_type == "text/html":
            self.cids.update(unquote(cid.rstrip("\\")) for cid in _CID.findall(text))
            return Block(html=text)
        if part.content_type in ("text/enriched", "text/richtext"):
            return Block(plain=_TAGS.sub("", text.replace("<<", "<")))
        return Block(plain=text)

    def attachments(self) -> list[InboundAttachment]:
        found: list[InboundAttachment] = []
        for part, is_related in self.files:
            is_empty = part.start >= part.end and not declared_name(part) and not part.headers.fields
            if not is_empty:
                found.append(attachment(part, number=len(found) + 1, is_inline=self._is_inline(part, is_related)))
        for extra in self._uuencoded(len(found)):
            found.append(extra)
        return found

    def _is_inline(self, part: Part, is_related: bool) -> bool:
        if part.is_mail:
            return False
        if part.content_id and part.content_id in self.cids:
            return True
        if part.disposition:
            return part.disposition == "inline"
        is_image = part.content_type.startswith("image/")
        return (bool(part.content_id) and (is_image or is_related)) or (is_image and is_related)

    def _uuencoded(self, count: int) -> list[InboundAttachment]:
        found: list[InboundAttachment] = []
        for part in self.root.walk():
            if part.content_type == "text/plain" and not part.disposition.startswith("attachment"):
                body = part.content
                if b"\nbegin" in body or body.startswith(b"begin"):
                    for file in split_uuencoded(body)[0]:
                        name = file_name(
                            decode(file.name, part.charset), "application/octet-stream", count + len(found) + 1
                        )
                        found.append(
                            InboundAttachment(name=name, content_type="application/octet-stream", content=file.content)
                        )
        return found


def part_text(part: Part) -> str:
    """The text of a text part, decoded, line ends LF, soft breaks undone, without uuencoded files."""
    data = part.content[:_MAX_TEXT_BYTES]
    charset = part.charset
    if part.content_type == "text/html" and not codec_for(charset):
        meta = _META_CHARSET.search(data[:4096])
        charset = (
            meta[1].decode("ascii") if meta and not codec_for(meta[1].decode("ascii")).startswith("utf_16") else ""
        )
    if part.content_type == "text/plain" and (b"\nbegin" in data or data.startswith(b"begin")):
        data = split_uuencoded(data)[1]
    text = clean_text(decode(data, charset))
    if part.content_type == "text/plain" and part.parameters.get("format", "").strip().lower() == "flowed":
        text = unflow(text, delete_space=part.parameters.get("delsp", "").strip().lower() == "yes")
    return text
