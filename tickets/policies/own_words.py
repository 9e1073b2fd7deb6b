"""The words that a person wrote in a message: without markup, addresses, quotes, signatures. Pure, in linear time."""

import re
from html import unescape

MOST_CHARACTERS = 4_000

_SCRIPT = re.compile(r"<(?:style|script)\b[^>]{0,300}>.{0,3000}?</(?:style|script)>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"</?[A-Za-z!][^<>]{0,300}>")
_LINK = re.compile(r"(?:https?://|www\.)\S{1,2000}", re.IGNORECASE)
_ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]{0,64}@[\w-]{1,63}(?:\.[\w.-]{1,200})?")
_QUOTED = re.compile(r"^[ \t]{0,8}[>|].*$", re.MULTILINE)
_SIGNATURE = re.compile(r"^-- ?$", re.MULTILINE)
_ADVERT = re.compile(
    r"^[ \t]*(?:sent from my|sent via|get outlook for|von meinem|gesendet von|envoyé de(?:puis)? mon|enviado desde mi|"
    r"inviato da|enviado do meu|أرسلت من)\b.{0,80}$",
    re.IGNORECASE | re.MULTILINE,
)
_BLANKS = re.compile(r"[ \t\u00a0\u200b]+")


def own_words(text: str) -> str:
    """What the writer says himself in the first 4 000 characters; line breaks, case, marks and emoji stay.

    Quoted lines, everything below a signature's "-- ", "Sent from my ..." lines, tags, web and mail addresses and
    @names are left out. Mail is taken apart properly when it is read in; this is for what is left over.
    """
    text = text[:MOST_CHARACTERS]
    if "<" in text:
        text = _TAG.sub(" ", _SCRIPT.sub(" ", text))
    if "&" in text:
        text = unescape(text)
    if ">" in text or "|" in text:
        text = _QUOTED.sub("", text)
    if "--" in text:
        text = _SIGNATURE.split(text, maxsplit=1)[0]
    text = _ADVERT.sub("", text)
    if "://" in text or "www." in text:
        text = _LINK.sub(" ", text)
    if "@" in text:
        text = _ADDRESS.sub(" ", text)
    return _BLANKS.sub(" ", text).strip()
