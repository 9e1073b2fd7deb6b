"""Bytes of every charset that customers' programs declare, and of none."""

import pytest

from channels_app.adapters.email.charsets import codec_for, decode

GERMAN = "Grüße aus Köln – 5 €"
RUSSIAN = "Здравствуйте, где мой заказ? Спасибо за ответ."
JAPANESE = "こんにちは、注文はどこですか。"
CHINESE = "您好，请问我的订单在哪里？谢谢。"
TAIWANESE = "您好，請問我的訂單在哪裡？謝謝。"
KOREAN = "안녕하세요, 제 주문은 어디에 있나요?"


@pytest.mark.parametrize(
    ("declared", "written_as", "text"),
    [
        ("utf8", "utf-8", GERMAN),
        ('"UTF-8"', "utf-8", GERMAN),
        (" utf-8\x00", "utf-8", GERMAN),
        ("utf-8", "utf-8-sig", GERMAN),
        ("iso-8859-1", "cp1252", GERMAN),
        ("us-ascii", "cp1252", GERMAN),
        ("ANSI_X3.110-1983", "cp1252", "Grüße"),
        ("x-mac-roman", "mac_roman", "Grüße"),
        ("macintosh", "mac_roman", "Ça été"),
        ("cp-850", "cp850", "Grüße"),
        ("iso-8859-15", "iso8859-15", "5 €"),
        ("iso-8859-2", "iso8859-2", "Zażółć gęślą jaźń"),
        ("windows-1250", "cp1250", "Příliš žluťoučký"),
        ("windows-1252http-equivcontent-type", "cp1252", GERMAN),
        ("iso-8859-9", "iso8859-9", "İstanbul'da kargo"),
        ("iso-8859-7", "iso8859-7", "Καλημέρα"),
        ("iso-8859-8-i", "iso8859-8", "שלום עולם"),
        ("iso-8859-6", "iso8859-6", "مرحبا"),
        ("windows-1256", "cp1256", "مرحبا بكم"),
        ("tis-620", "tis-620", "สวัสดีครับ"),
        ("windows-1258", "cp1258", "Xin chao đ"),
        ("koi8-r", "koi8-r", RUSSIAN),
        ("windows-1251", "cp1251", RUSSIAN),
        ("iso-8859-5", "iso8859-5", RUSSIAN),
        ("koi8-u", "koi8-u", "Привіт, їжак"),
        ("gb2312", "gbk", "朱镕基 — 您好"),
        ("gb2312", "gb18030", "㐂𠮷你好"),
        ("big5", "cp950", TAIWANESE),
        ("big5", "big5hkscs", "㗎喺嘅"),
        ("x-sjis", "shift_jis", JAPANESE),
        ("shift_jis", "cp932", "①㈱髙橋様"),
        ("windows-31j", "cp932", "①㈱髙橋様～"),
        ("iso-2022-jp", "iso2022_jp", JAPANESE),
        ("euc-jp", "euc_jp", JAPANESE),
        ("ks_c_5601-1987", "cp949", "똠방각하 펲시"),
        ("euc-kr", "euc_kr", KOREAN),
        ("iso-2022-kr", "iso2022_kr", KOREAN),
        ("hz-gb-2312", "hz", "您好"),
        ("unicode-1-1-utf-7", "utf-7", GERMAN),
        ("utf-16", "utf-16", GERMAN),
        ("utf-16", "utf-16-le", GERMAN),
        ("utf-16", "utf-16-be", GERMAN),
        ("utf-16le", "utf-16-le", CHINESE),
        ("utf-32", "utf-32", GERMAN),
        ("utf-32", "utf-32-be", GERMAN),
    ],
)
def test_declared_text_is_read_as_it_was_written(declared, written_as, text):
    assert decode(text.encode(written_as), declared) == text


@pytest.mark.parametrize(
    "declared", ["", "unknown-8bit", "x-unknown", "default", "undefined", "idna", "zlib", "rot13", "8bit"]
)
@pytest.mark.parametrize(
    ("written_as", "text"),
    [
        ("utf-8", JAPANESE),
        ("cp1252", GERMAN),
        ("cp1251", RUSSIAN),
        ("koi8-r", RUSSIAN),
        ("gbk", CHINESE),
        ("big5", TAIWANESE),
        ("shift_jis", JAPANESE),
        ("euc_jp", JAPANESE),
        ("iso2022_jp", JAPANESE),
        ("euc_kr", KOREAN),
        ("utf-16", GERMAN),
    ],
)
def test_undeclared_text_is_recognised(declared, written_as, text):
    assert decode(text.encode(written_as), declared) == text


@pytest.mark.parametrize(
    ("declared", "data", "text"),
    [
        ("iso-8859-1", GERMAN.encode(), GERMAN),
        ("us-ascii", JAPANESE.encode(), JAPANESE),
        ("gb2312", "日本語の文章です".encode(), "日本語の文章です"),
        ("utf-8", GERMAN.encode("cp1252"), GERMAN),
        ("utf-8", RUSSIAN.encode("cp1251"), RUSSIAN),
        ("iso-2022-jp", JAPANESE.encode(), JAPANESE),
        ("utf-16", b"plain ascii", "plain ascii"),
        ("utf-16", b"plain asci", "plain asci"),
    ],
)
def test_wrong_declaration_is_not_believed(declared, data, text):
    assert decode(data, declared) == text


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\x1b$B-!-j\x1b(B", "①㈱"),
        (b"\x1b(I123\x1b(B!", "ｱｲｳ!"),
        (b"\x0e123\x0f!", "ｱｲｳ!"),
        (b"\x1b$B|b66\x1b(B", "髙橋"),
    ],
)
def test_vendors_japanese_is_read(data, text):
    assert decode(data, "iso-2022-jp") == text


def test_damage_in_utf8_costs_only_the_damaged_character():
    assert decode("Grüße, schöne Größe".encode()[:-1] + b"\xff", "utf-8") == "Grüße, schöne Größ\ufffd"


def test_lone_surrogates_do_not_come_out():
    assert decode(b"a+2AA-b", "utf-7") == "a\ufffdb"


@pytest.mark.parametrize("name", ["unicode_escape", "punycode", "base64", "hex", "charmap" * 50, "=?", "\ud800"])
def test_names_that_are_no_charsets_are_unknown(name):
    assert codec_for(name) == ""
