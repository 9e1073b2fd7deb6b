"""Writing TwiML: elements and attributes as plain values, text always escaped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

CONTENT_TYPE = "text/xml"


@dataclass(frozen=True, kw_only=True)
class Verb:
    """One element. Attributes that are empty are left out; a verb has text or children, not both."""

    name: str
    text: str = ""
    attributes: Mapping[str, str | int | bool] = field(default_factory=dict)
    children: Sequence["Verb"] = ()

    def xml(self) -> str:
        """The element as text."""
        written = "".join(
            f" {name}={quoteattr(_value(value))}" for name, value in self.attributes.items() if value not in ("", None)
        )
        inner = "".join(child.xml() for child in self.children) or escape(_printable(self.text))
        return f"<{self.name}{written}>{inner}</{self.name}>" if inner else f"<{self.name}{written}/>"


def document(verbs: Sequence[Verb] = ()) -> bytes:
    """The whole answer; without verbs it says that nothing is to be done."""
    inner = "".join(verb.xml() for verb in verbs)
    response = f"<Response>{inner}</Response>" if inner else "<Response/>"
    return f'<?xml version="1.0" encoding="UTF-8"?>{response}'.encode()


def _value(value: str | int | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _printable(str(value))


def _printable(text: str) -> str:
    """XML 1.0 has no control characters but tab and line ends, and no lone surrogates."""
    return "".join(c for c in text if c in "\t\n\r" or (c >= " " and not "\ud800" <= c <= "\udfff" and c < "\ufffe"))
