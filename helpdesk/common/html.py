"""HTML that strangers wrote: made harmless for showing, turned into text; and text turned into HTML for sending.

Depth and size are measured in one pass over the characters before any HTML parser sees the document: nh3 took 92 s on
100,000 nested ``<div>``.
"""

import html as stdlib_html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import nh3
from inscriptis import get_text
from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.model.config import ParserConfig

from helpdesk.common.text import clean_text

MAX_DEPTH = 200
MAX_CHARACTERS = 2_000_000
MAX_COPIES = 200_000
MAX_ATTRIBUTES = 1_000  # of one tag
MAX_TAGS = 60_000
MAX_REFERENCES = 100_000  # to characters
MAX_LAID_OUT_TAGS = 30_000  # above that the text of HTML is taken without its layout

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]{0,60})")
_IN_TAG = re.compile(r"""(?:[^"'>]|"[^"]*"|'[^']*'|["'])*""")
_DATA_URI = re.compile(r"data:[^\s\"'>]*")
_SEPARATOR = re.compile(r"[\s/\"']+")
_ANY_TAG = re.compile(r"<[^<>]{0,20000}>")
_HIDDEN = re.compile(r"<(script|style|head|title)\b", re.IGNORECASE)
_BREAKING = re.compile(r"(?i)<(?:br|/p|/div|/tr|/li|/h[1-6]|/blockquote|/table|hr)\b[^<>]{0,2000}>")
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_RULE = re.compile(r"(?i)<hr\b")
_EMPTY_LINES = re.compile(r"\n{3,}")
_LINK = re.compile(r"https?://[^\s<>\"'`]{1,2000}")


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_VOID = _names("area base br col embed hr img input link meta param source track wbr")
# Elements that their own kind ends: they nest only by way of others, which are counted.
_NOT_NESTING = _VOID | _names("p li tr td th dd dt option thead tbody tfoot o:p colgroup html head body")
_FORMATTING = _names("a b big code em font i nobr s small strike strong tt u")

_TAGS = _names(
    "a abbr address b bdi bdo big blockquote br caption center cite code col colgroup dd del details dfn div dl dt em "
    "figcaption figure font h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s samp small span strike "
    "strong sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr"
)
_DROPPED_WITH_CONTENT = _names(
    "script style head title noscript template svg math iframe object embed applet textarea select button xml"
)
_SHARED_ATTRIBUTES = frozenset({"dir", "lang", "title", "style", "align", "valign"})
_ATTRIBUTES: dict[str, set[str]] = {
    "*": set(_SHARED_ATTRIBUTES),
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "table": {"border", "cellpadding", "cellspacing", "width", "bgcolor"},
    "td": {"colspan", "rowspan", "width", "height", "bgcolor"},
    "th": {"colspan", "rowspan", "width", "height", "bgcolor"},
    "tr": {"bgcolor", "height"},
    "col": {"span", "width"},
    "font": {"color", "size", "face"},
    "ol": {"start", "type"},
    "time": {"datetime"},
}
_STYLE_PROPERTIES = _names(
    "background-color border border-bottom border-collapse border-color border-left border-right border-spacing "
    "border-style border-top border-width color direction font-family font-size font-style font-weight height "
    "letter-spacing line-height list-style-type margin margin-bottom margin-left margin-right margin-top max-width "
    "padding padding-bottom padding-left padding-right padding-top text-align text-decoration text-indent "
    "text-transform unicode-bidi vertical-align white-space width word-break word-wrap"
)
# A link without a scheme would lead into our own pages.
_LINK_SCHEME = re.compile(r"(?i)\s{0,9}(?:https?://|mailto:|tel:)")
_UNSAFE_VALUE = re.compile(r"(?i)url|expression|javascript|import|\\|/\*|@|<|position|[{}]")


@dataclass(frozen=True, kw_only=True)
class SanitisedHtml:
    """Harmless HTML. ``is_plain_fallback``: too deep or too large to be cleaned, shown as text instead."""

    html: str
    is_plain_fallback: bool = False


def is_too_complex(html: str) -> bool:
    """Whether parsing the HTML could take long: too deep, formatting that multiplies, a flood of attributes. Linear.

    Errs on the safe side: an end tag ends one element of its own name and nothing else.
    """
    # nh3 takes 10 s for 100,000 elements astray in a table, and a minute for a million "&".
    if html.count("<") > MAX_TAGS or html.count("&") > MAX_REFERENCES:
        return True
    return _is_too_deep(html) or _has_attribute_flood(html)


def _has_attribute_flood(html: str) -> bool:
    """Parsers compare each attribute of a tag with those before it; 200,000 of them take minutes."""
    if html.count("=") > 5000 and html.count("=") > MAX_ATTRIBUTES * len(_TAG.findall(html)):
        return True
    position = 0
    while match := _TAG.search(html, position):
        position = _IN_TAG.match(html, match.end()).end()  # type: ignore[union-attr]
        if position - match.end() > MAX_ATTRIBUTES:
            inside = _DATA_URI.sub("", html[match.end() : position])
            if len(_SEPARATOR.findall(inside)) > MAX_ATTRIBUTES:
                return True
    return False


def _is_too_deep(html: str) -> bool:
    still_open: dict[str, int] = {}
    depth = formatting = copies = 0
    for match in _TAG.finditer(html):
        name = match[2].lower()
        if match[1]:
            if still_open.get(name):
                still_open[name] -= 1
                depth -= 1
                formatting -= name in _FORMATTING
        elif name not in _NOT_NESTING:
            still_open[name] = still_open.get(name, 0) + 1
            depth += 1
            formatting += name in _FORMATTING
        # A parser opens unclosed formatting again in every new block.
        copies += formatting
        if depth > MAX_DEPTH or copies > MAX_COPIES:
            return True
    return False


def sanitise_html(html: str, *, map_cid: Callable[[str], str | None] | None = None) -> SanitisedHtml:
    """The HTML with nothing in it that runs, loads or submits.

    Remote images keep their address in ``data-hd-src`` so that nothing loads before the agent asks. ``map_cid`` gives
    the URL of an inline image by its content id; without an answer the image stays as ``cid:``.
    """
    html = clean_text(html)
    if len(html) > MAX_CHARACTERS or is_too_complex(html):
        return SanitisedHtml(html=_as_preformatted(html), is_plain_fallback=True)
    cleaned = nh3.clean(
        html,
        tags=set(_TAGS),
        clean_content_tags=set(_DROPPED_WITH_CONTENT),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        attribute_filter=_AttributeFilter(map_cid),
        url_schemes={"http", "https", "mailto", "tel", "cid"},
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
        strip_comments=True,
    )
    return SanitisedHtml(html=_hold_back_images(cleaned))


class _AttributeFilter:
    """Decides on every attribute that the whitelist lets through."""

    def __init__(self, map_cid: Callable[[str], str | None] | None) -> None:
        self._map_cid = map_cid

    def __call__(self, tag: str, name: str, value: str) -> str | None:
        if name == "style":
            return _safe_style(value) or None
        if tag == "img" and name == "src":
            return self._image_source(value.strip())
        if tag == "a" and name == "href":
            return value if _LINK_SCHEME.match(value) else None
        return value

    def _image_source(self, value: str) -> str | None:
        scheme, _, rest = value.partition(":")
        if scheme.lower() == "cid":
            mapped = self._map_cid(rest.strip()) if self._map_cid else None
            return mapped if mapped is not None else f"cid:{rest.strip()}"
        if scheme.lower() in ("http", "https") or value.startswith("//"):
            return f"{_HELD_BACK}{value if not value.startswith('//') else 'https:' + value}"
        return None


# The attribute filter can change a value but not a name, so held back addresses carry a mark until the end.
_HELD_BACK = "https://held-back.invalid/?"
_IMAGE = re.compile(r'<img\b(?:[^<>"]|"[^"]*")*>')


def _hold_back_images(html: str) -> str:
    return _IMAGE.sub(lambda match: match.group().replace(f' src="{_HELD_BACK}', ' data-hd-src="', 1), html)


def _safe_style(style: str) -> str:
    kept: list[str] = []
    for declaration in style[:4000].split(";"):
        name, _, value = declaration.partition(":")
        name, value = name.strip().lower(), value.strip()
        if name in _STYLE_PROPERTIES and value and len(value) <= 200 and not _UNSAFE_VALUE.search(value):
            kept.append(f"{name}: {value}")
    return "; ".join(kept)


def _as_preformatted(html: str) -> str:
    return f"<pre>{stdlib_html.escape(html[:200_000])}</pre>"


def html_to_text(html: str) -> str:
    """What a person would read of the HTML. Never raises; too deep a document loses its layout, not its words."""
    html = _NOT_XML.sub("", _XML_DECLARATION.sub("", html[:MAX_CHARACTERS]))
    if not html.strip():
        return ""
    if "<" not in html:
        return clean_text(stdlib_html.unescape(html)).strip()
    text = ""
    if html.count("<") <= MAX_LAID_OUT_TAGS and not is_too_complex(html):
        try:
            text = get_text(_RULE.sub("<br><hr", html), _TEXT_STYLE)
        except Exception:
            text = ""
    if not text.strip():
        text = _without_tags(html)
    lines = clean_text(text).replace("\u00a0", " ").split("\n")
    return _EMPTY_LINES.sub("\n\n", "\n".join(line.rstrip() for line in lines)).strip()


_TEXT_STYLE = ParserConfig(css=CSS_PROFILES["strict"])


def _without_tags(html: str) -> str:
    pieces: list[str] = []
    position = 0
    while match := _HIDDEN.search(html, position):
        pieces.append(html[position : match.start()])
        end = html.lower().find(f"</{match[1].lower()}", match.end()) if len(pieces) < 50 else -1
        if end < 0:
            position = match.end()
            continue
        position = end
    pieces.append(html[position:])
    return stdlib_html.unescape(_ANY_TAG.sub(" ", _BREAKING.sub("\n", "".join(pieces))))


def text_to_html(text: str, *, attributes: Mapping[str, str] | None = None) -> str:
    """Text as HTML for an outgoing mail: escaped, a paragraph per block, links made clickable."""
    opening = "".join(f' {name}="{stdlib_html.escape(value)}"' for name, value in (attributes or {}).items())
    blocks = re.split(r"\n[ \t]*\n\s*", clean_text(text).strip())
    return "\n".join(f"<p{opening}>{_linked(block)}</p>" for block in blocks if block)


def _linked(block: str) -> str:
    pieces: list[str] = []
    position = 0
    for match in _LINK.finditer(block):
        url = match.group().rstrip(".,;:!?)]}»”’")
        pieces.append(stdlib_html.escape(block[position : match.start()], quote=False))
        escaped = stdlib_html.escape(url)
        pieces.append(f'<a href="{escaped}">{escaped}</a>')
        position = match.start() + len(url)
    pieces.append(stdlib_html.escape(block[position:], quote=False))
    return "".join(pieces).replace("\n", "<br>\n")
