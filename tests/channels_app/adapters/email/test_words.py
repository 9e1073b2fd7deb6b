"""Encoded words and raw bytes in headers, as they are sent."""

import pytest

from channels_app.adapters.email.words import decode_words, header_text


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("=?utf-8?Q?J=C3=B6rg_M=C3=BCller?=", "Jörg Müller"),
        ("=?UTF-8?b?SsO2cmc=?=", "Jörg"),
        ("=?utf-8?B?SsO2cmc?=", "Jörg"),
        ("=?utf-8?Q?J=C3?= =?utf-8?Q?=B6rg?=", "Jörg"),
        ("=?utf-8?Q?a?= =?utf-8?Q?b?=", "ab"),
        ("=?utf-8?Q?a?=\r\n =?utf-8?Q?b?=", "ab"),
        ("=?utf-8?Q?a?= b =?utf-8?Q?c?=", "a b c"),
        ("=?iso-8859-1?Q?=E4?= =?utf-8?Q?=C3=B6?=", "äö"),
        ("Re: =?utf-8?Q?=C3=A4?=", "Re: ä"),
        ("=?utf-8?Q?with space inside?=", "with space inside"),
        ("=?utf-8?Q?why??=", "why?"),
        ("=?utf-8?Q?=41?=", "A"),
        ("=?utf-8?Q??=", ""),
        ("=?utf-8*de?Q?=C3=A4?=", "ä"),
        ("[tag]=?utf-8?Q?=C3=A4?=end", "[tag]äend"),
        ("=?gb2312?B?xOO6ww==?=", "你好"),
        ("=?ISO-2022-JP?B?GyRCRnxLXBsoQg==?=", "日本"),
        ("=?ISO-2022-JP?B?GyRCRnxLXBsoQg==?= =?ISO-2022-JP?B?GyRCOGwbKEI=?=", "日本語"),
        ("=?utf-8?B?4pyT4p?= =?utf-8?B?yT?=", "✓✓"),
        ("=?x-unknown?Q?=C3=A4?=", "ä"),
        ("=?utf-8?X?abc?=", "=?utf-8?X?abc?="),
        ("=?utf-8?Q?never closed", "=?utf-8?Q?never closed"),
        ("a =?b", "a =?b"),
        ("=?utf-8?B?!!!?=", ""),
        ("=?utf-7?Q?+AOQ-?=", "ä"),
    ],
)
def test_encoded_words_are_read(written, text):
    assert decode_words(written) == text


@pytest.mark.parametrize(
    ("raw", "declared", "text"),
    [
        ("Grüße".encode(), "iso-8859-1", "Grüße"),
        ("Grüße".encode("cp1252"), "", "Grüße"),
        ("Привет".encode("koi8-r"), "koi8-r", "Привет"),
        ("日本".encode("iso2022_jp"), "", "日本"),
        ("日本".encode("shift_jis"), "shift_jis", "日本"),
    ],
)
def test_raw_bytes_are_read_as_utf8_or_as_the_body_declares(raw, declared, text):
    assert header_text(raw, declared) == text


@pytest.mark.parametrize("flood", ["=?a?q?", "=?a?q?x?=3F", "=?utf-8?b?SGk?= ", "=?", "?="])
def test_floods_of_encoded_words_come_out_in_one_pass(flood):
    assert isinstance(decode_words(flood * (250_000 // len(flood))), str)
