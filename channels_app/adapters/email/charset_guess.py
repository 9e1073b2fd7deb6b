"""What 8-bit text of an undeclared charset most likely says."""

import re

_CJK_CODECS = ("euc_jp", "cp932", "cp949", "gb18030", "big5hkscs")
# How often the most common characters of a language stand in running text tells the CJK charsets apart.
_COMMON = {
    "euc_jp": re.compile("[\u3041-\u30ff\u3001\u3002]"),
    "cp932": re.compile("[\u3041-\u30ff\u3001\u3002]"),
    "cp949": re.compile(
        "[이다는을의에가고하은로지를한도기니사어서요대그인아해수나시자게리들보안면만부녕세있없습까주문제일]"
    ),
    "gb18030": re.compile(
        "[的一是不了在人有我他这们中来上大为和国地到以说时要就出会也你对生能而子那得于着下自之请您好谢问，。！？：]"
    ),
    "big5hkscs": re.compile(
        "[的一是不了在人有我他這們中來上大為和國地到以說時要就出會也你對生能而子那得於著下自之請您好謝問，。！？：]"
    ),
}
_FOREIGN = re.compile("[\uff66-\uff9f\u0400-\u052f\u2500-\u257f\ue000-\uf8ff]")
_CYRILLIC_CODECS = ("cp1251", "koi8-r", "iso8859-5", "cp866")
_COMMON_RUSSIAN = re.compile("[оеаинтсрвлкмдпуя]")
_CYRILLIC = re.compile("[\u0400-\u04ff]")


def guess(data: bytes) -> str:
    """The text of ``data``: UTF-8 if it can be, else the best of Chinese, Japanese, Korean, Cyrillic, else cp1252."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    sample = data[:65536]
    high = sum(byte > 127 for byte in sample)
    letters = high + sum(65 <= byte <= 90 or 97 <= byte <= 122 for byte in sample)
    if high * 5 >= letters and high >= 4:
        text = _best_cjk(data, sample) or _best_cyrillic(data, sample)
        if text is not None:
            return text
    if _is_broken_utf8(sample):
        return data.decode("utf-8", "replace")
    return data.decode("cp1252", "mail_c1")


def _best_cjk(data: bytes, sample: bytes) -> str | None:
    best, best_score = "", 0.2
    for codec in _CJK_CODECS:
        text = sample.decode(codec, "replace")
        wide = sum(char > "\x7f" for char in text)
        if text.count("\ufffd") > len(text) // 200:
            continue
        score = (len(_COMMON[codec].findall(text)) - 2 * len(_FOREIGN.findall(text))) / max(wide, 1)
        if score > best_score:
            best, best_score = codec, score
    return data.decode(best, "replace") if best else None


def _best_cyrillic(data: bytes, sample: bytes) -> str | None:
    best, best_score = "", 0.3
    for codec in _CYRILLIC_CODECS:
        text = sample.decode(codec, "replace")
        wide = sum(char > "\x7f" for char in text)
        if len(_CYRILLIC.findall(text)) < wide * 0.8:
            continue
        # Running text is in lower case; read in the wrong one of these charsets it changes case.
        score = len(_COMMON_RUSSIAN.findall(text)) / max(wide, 1)
        if score > best_score:
            best, best_score = codec, score
    return data.decode(best, "replace") if best else None


def _is_broken_utf8(sample: bytes) -> bool:
    text = sample.decode("utf-8", "replace")
    return sum(char > "\x7f" and char != "\ufffd" for char in text) > 4 * text.count("\ufffd")
