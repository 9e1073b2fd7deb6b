"""WeChat's flat XML: read without trust, written without surprises."""

from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element, TreeBuilder
from xml.etree.ElementTree import ParseError as XmlError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from channels_app.adapters.base import ParseError
from helpdesk.common.text import clean_text

# A message has a few hundred characters; encrypted, and in clear beside it, it stays far below this.
MAX_BYTES = 64 * 1024
MAX_FIELDS = 100
MAX_FIELD_CHARACTERS = 20_000
# Lists of pictures stand four deep in an event.
_MAX_DEPTH = 10
_MAX_ELEMENTS = 500


class _BoundedBuilder(TreeBuilder):
    """Stops at more elements than a message has, before a tree of them has cost anything."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = self._count = 0

    def start(self, tag: Any, attrs: Any, /) -> Element:
        self._depth += 1
        self._count += 1
        if self._depth > _MAX_DEPTH or self._count > _MAX_ELEMENTS:
            raise ParseError("unknown_shape", "The body is no message of WeChat.")
        return super().start(tag, attrs)

    def end(self, tag: Any, /) -> Element:
        self._depth -= 1
        return super().end(tag)


def read_xml(body: bytes) -> dict[str, str]:
    """The texts of the elements below ``<xml>``, by name; of two with one name the first. Raises ParseError.

    Document types and entities are refused before anything is expanded.
    """
    if len(body) > MAX_BYTES:
        raise ParseError("too_large", f"The XML is larger than {MAX_BYTES // 1024} KB.")
    try:
        parser = DefusedXMLParser(target=_BoundedBuilder(), forbid_dtd=True)
        parser.feed(body)
        root = parser.close()
    except DefusedXmlException:
        raise ParseError("forbidden_xml", "The XML declares a document type or entities.") from None
    except (XmlError, ValueError, LookupError, RecursionError, AssertionError):
        raise ParseError("invalid_xml", "The body is no well-formed XML.") from None
    if root.tag != "xml" or len(root) > MAX_FIELDS:
        raise ParseError("unknown_shape", "The body is no message of WeChat.")
    fields: dict[str, str] = {}
    for element in root:
        text = element.text or ""
        if len(text) > MAX_FIELD_CHARACTERS:
            raise ParseError("too_long", f"{str(element.tag)[:40]} is longer than {MAX_FIELD_CHARACTERS} characters.")
        fields.setdefault(str(element.tag), clean_text(text))
    return fields


def write_xml(fields: Mapping[str, str | int]) -> bytes:
    """The XML of flat fields: texts as CDATA, numbers as they are."""
    parts = [
        f"<{name}>{value}</{name}>"
        if isinstance(value, int)
        else f"<{name}><![CDATA[{_inside_cdata(value)}]]></{name}>"
        for name, value in fields.items()
    ]
    return f"<xml>{''.join(parts)}</xml>".encode("utf-8", "replace")


def _inside_cdata(text: str) -> str:
    return clean_text(text).replace("]]>", "]]]]><![CDATA[>")
