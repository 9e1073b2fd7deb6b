"""The names under which mail programs know charsets, and the codec that reads what they really send.

Keys are lower case without punctuation. A charset is mapped to the larger one that its users' programs write
(https://encoding.spec.whatwg.org/#names-and-labels): ISO-8859-1 to windows-1252, GB2312 to GB18030, and so on.
"""

import re

# Declarations that say nothing about the bytes.
UNDECLARED = frozenset(
    {
        *("unknown8bit", "unknown", "xunknown", "default", "defaultcharset", "none", "null", "undefined", "binary"),
        *(
            "8bit",
            "7bit",
            "xuserdefined",
            "userdefined",
            "auto",
            "ansi",
            "text",
            "plain",
            "charset",
            "idna",
            "punycode",
        ),
        *("unicodeescape", "rawunicodeescape", "base64", "quotedprintable"),
    }
)

_NAMES = {
    "utf-8": "utf8 utf utf8mb4 u8 utf8bom utf8n unicode11utf8 unicode20utf8 xunicode20utf8 cp65001 65001 utf8http "
    "xutf8 utf08 uft8 utf82 al32utf8 wtf8 cesu8",
    "utf_7": "utf7 unicode11utf7 unicode20utf7 xunicode11utf7 xunicode20utf7 csunicode11utf7 cp65000 65000",
    "utf_16": "utf16 ucs2 unicode iso10646ucs2 csunicode utf16bom",
    "utf_16_le": "utf16le unicodelittle",
    "utf_16_be": "utf16be unicodefffe unicodebig",
    "utf_32": "utf32 ucs4 iso10646ucs4 utf32le utf32be",
    "cp1252": "iso88591 88591 iso8859 latin1 latin l1 usascii ascii us iso646us ansix341968 ansix341986 ansix31101983 "
    "ansix31101981 iso885911987 isoir100 csisolatin1 csascii cp819 ibm819 ibm367 cp367 iso646irv1991 iso88591i "
    "westerneuropean windows1252 1252 cp1252 win1252 xcp1252 xansi iso8859i xlatin1 ansi1252 isolatin1 asciiusascii",
    "iso8859-15": "iso885915 latin9 l9 latin0 csisolatin9 iso885915fdis",
    "iso8859-2": "latin2 l2 isoir101 csisolatin2 iso885921987",
    "cp1254": "iso88599 latin5 l5 iso885991989 csisolatin5 isoir148",
    "cp874": "tis620 iso885911 tis6200 tis62025331 thai windows874 874 ibm874 dos874",
    "iso8859-8": "iso88598 iso88598i iso88598e logical visual hebrew csisolatinhebrew iso885981988 csiso88598i csiso88598e",
    "iso8859-6": "iso88596 iso88596i iso88596e arabic asmo708 ecma114 csisolatinarabic iso885961987 csiso88596i",
    "iso8859-7": "iso88597 greek greek8 ecma118 elot928 csisolatingreek suneugreek iso885971987",
    "iso8859-5": "iso88595 cyrillic csisolatincyrillic iso885951988",
    "koi8-r": "koi8r koi koi8 cskoi8r cp20866 20866",
    "koi8-u": "koi8u koi8ru cp21866 21866",
    "cp932": "windows31j cswindows31j cp932 ms932 932 xms932 xsjiscp932 windows932 sjiswin",
    "shift_jis": "shiftjis sjis xsjis mskanji shiftjisx0213 shiftjis2004 csshiftjis xshiftjis jis xmacjapanese",
    "euc_jp": "eucjp xeucjp xeuc eucjpms eucjpwin cp51932 51932 cseucpkdfmtjapanese ujis extendedunixcodepackedformat"
    "forjapanese",
    "iso2022_jp": "iso2022jp iso2022jp1 iso2022jp2 iso2022jp3 iso2022jp2004 iso2022jpext iso2022jpms cp50220 cp50221 "
    "cp50222 50220 50221 50222 csiso2022jp csiso2022jp2 xiso2022jp iso2022 junet isoirjp",
    "iso2022_kr": "iso2022kr csiso2022kr 50225 cp50225",
    "cp949": "ksc56011987 ksc56011989 ksc5601 ksc5601192 ksx1001 euckr xeuckr cseuckr korean xwindows949 windows949 uhc "
    "cp949 949 ms949 isoir149 5601 cp51949 51949 ksc56011992 xmackorean",
    "johab": "johab cp1361 ms1361",
    "gb18030": "gb2312 gbk gb18030 gb231280 xgbk cp936 936 ms936 windows936 csgb2312 csgb231280 csiso58gb231280 isoir58 "
    "chinese gb eucgb euccn xeuccn gb23121980 gb180302000 gb180302005 cngb gb231280gbk cp54936 54936 xmacchinesesimp",
    "hz": "hz hzgb hzgb2312 52936 cp52936",
    "big5hkscs": "big5 big5hkscs csbig5 xxbig5 cnbig5 xbig5 big5tw big5eten big5hk xmacchinesetrad",
    "cp950": "cp950 950 windows950 ms950 xwindows950",
    "mac_roman": "macintosh macroman xmacroman mac csmacintosh xmac xmacintosh",
    "mac_cyrillic": "xmaccyrillic maccyrillic xmacukrainian 10007",
    "mac_latin2": "xmacce xmaccentraleurroman maccentraleurope maclatin2 xmaccentraleurope",
    "mac_greek": "xmacgreek macgreek",
    "mac_turkish": "xmacturkish macturkish",
    "mac_iceland": "xmacicelandic maciceland",
    "cp1258": "viscii xviscii csviscii vietnamese tcvn tcvn5712",
    "hp_roman8": "hproman8 roman8 r8",
    "ptcp154": "ptcp154 csptcp154 cp154 pt154",
    "kz1048": "kz1048 strk10482002 rk1048",
}

CODECS = {key: codec for codec, keys in _NAMES.items() for key in keys.split()}

# Names with a code page number in them, such as "x-windows-1252http-equivcontent-type" or "dos-850".
FAMILIES = (
    (re.compile(r"(?:windows|win|cp|ansi|ms|xcp)(125[0-8])"), "cp{0}"),
    (re.compile(r"^(125[0-8])$"), "cp{0}"),
    (re.compile(r"(?:iso|^)8859(1[0-6]|[1-9])"), "iso8859-{0}"),
    (re.compile(r"(?:ibm|cp|dos|oem|pc|csibm|ccsid|^)0*(437|720|737|775|85[0-8]|86[0-9]|1125)"), "cp{0}"),
    (re.compile(r"(utf8)"), "utf-8"),
    (re.compile(r"(iso2022jp)"), "iso2022_jp"),
    (re.compile(r"(shiftjis|sjis)"), "shift_jis"),
    (re.compile(r"(gb2312|gbk|gb18030)"), "gb18030"),
    (re.compile(r"(big5)"), "big5hkscs"),
    (re.compile(r"(euckr|ksc5601)"), "cp949"),
    (re.compile(r"(koi8r)"), "koi8-r"),
    (re.compile(r"(usascii|latin1)"), "cp1252"),
)
