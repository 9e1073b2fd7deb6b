"""The widget's script: its parts put together once a process, plain and zipped."""

import gzip
import hashlib
import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "widget"
# In this order inside one function, so that a page sees nothing of them but the object that start.js makes.
PARTS = ("dom.js", "api.js", "text.js", "log.js", "forms.js", "suggest.js", "panel.js", "conversation.js", "start.js")
_COMMENT = re.compile(r"(?m)^\s*//.*\n")
_INDENT = re.compile(r"(?m)^[ \t]+")
_CSS_COMMENT = re.compile(r"(?s)/\*.*?\*/")
_CSS_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, kw_only=True)
class Script:
    """The bytes to send, and the mark by which a browser knows that it has them already."""

    plain: bytes
    zipped: bytes
    etag: str


@lru_cache(maxsize=1)
def widget_script() -> Script:
    """Our parts without their comments; nothing of anybody else's."""
    style = _CSS_SPACE.sub(" ", _CSS_COMMENT.sub("", (FOLDER / "widget.css").read_text(encoding="utf-8"))).strip()
    parts = [(FOLDER / name).read_text(encoding="utf-8") for name in PARTS]
    body = _INDENT.sub("", _COMMENT.sub("", "\n".join(parts)))
    text = f'(() => {{\n"use strict";\nconst STYLE = {json.dumps(style)};\n{body}}})();\n'
    plain = text.encode()
    return Script(
        plain=plain,
        zipped=gzip.compress(plain, 9, mtime=0),
        etag=f'"{hashlib.sha256(plain).hexdigest()[:24]}"',
    )
