"""Content-Type and Content-Disposition, right and wrong."""

import pytest

from channels_app.adapters.email.parameters import parse_parameters


@pytest.mark.parametrize(
    ("written", "value", "parameters"),
    [
        ("text/plain; charset=utf-8", "text/plain", {"charset": "utf-8"}),
        ("TEXT/Plain;Charset=utf-8;", "text/plain", {"charset": "utf-8"}),
        ("text/plain charset=utf-8", "text/plain", {"charset": "utf-8"}),
        ('text/plain; charset="utf-8" format=flowed', "text/plain", {"charset": "utf-8", "format": "flowed"}),
        ("text", "text", {}),
        ("charset=utf-8", "", {"charset": "utf-8"}),
        ('multipart/mixed; boundary="a;b=c"', "multipart/mixed", {"boundary": "a;b=c"}),
        ("multipart/mixed; boundary=--=_x=y; a=b", "multipart/mixed", {"boundary": "--=_x=y", "a": "b"}),
        ("attachment; filename=my file.pdf; size=12", "attachment", {"filename": "my file.pdf", "size": "12"}),
        (
            'attachment; filename="a "quoted" name.txt"; size=3',
            "attachment",
            {"filename": 'a "quoted" name.txt', "size": "3"},
        ),
        (r'attachment; filename="a\"b.pdf"', "attachment", {"filename": 'a"b.pdf'}),
        (r'attachment; filename="C:\foo\bar.txt"', "attachment", {"filename": r"C:\foo\bar.txt"}),
        ('attachment; filename="unclosed.pdf', "attachment", {"filename": "unclosed.pdf"}),
        ('attachment; filename="=?utf-8?Q?R=C3=A9sum=C3=A9.pdf?="', "attachment", {"filename": "Résumé.pdf"}),
        ("attachment; filename==?utf-8?Q?R=C3=A9.pdf?=", "attachment", {"filename": "Ré.pdf"}),
        ("attachment; filename*=UTF-8''%e2%82%ac.pdf", "attachment", {"filename": "€.pdf"}),
        ("attachment; filename*=UTF-8''%e2%82%ac.pdf; filename=eur.pdf", "attachment", {"filename": "€.pdf"}),
        ("attachment; filename*=iso-8859-1'en'%A3.pdf", "attachment", {"filename": "£.pdf"}),
        (
            "attachment; filename*0*=UTF-8''%e2%82; filename*1*=%ac; filename*2=.pdf",
            "attachment",
            {"filename": "€.pdf"},
        ),
        ('attachment; filename*1="b.pdf"; filename*0="a"', "attachment", {"filename": "ab.pdf"}),
        ('attachment; filename*0="=?utf-8?B?4oKs"; filename*1="LnBkZg==?="', "attachment", {"filename": "€.pdf"}),
        ("attachment; filename*=utf-8''%zz%E4.pdf", "attachment", {"filename": "%zzä.pdf"}),
        ("attachment; filename*=''a%20b.pdf", "attachment", {"filename": "a b.pdf"}),
        ("attachment; filename*=a%20b.pdf", "attachment", {"filename": "a b.pdf"}),
        ("attachment; filename=\"UTF-8''a%20b.pdf\"", "attachment", {"filename": "a b.pdf"}),
        ("", "", {}),
    ],
)
def test_parameters_are_read(written, value, parameters):
    assert parse_parameters(written) == (value, parameters)


@pytest.mark.parametrize(
    "flood",
    [
        "".join(f"; n*{number}*=x" for number in range(4000)),
        '; x="' + '" "' * 80_000,
        ';x="' + '\\"' * 100_000,
        ";" * 250_000,
        " a" * 120_000,
        ";x*1" * 60_000,
        "; a=" * 60_000,
    ],
)
def test_floods_of_parameters_are_read_in_one_pass(flood):
    assert parse_parameters(f"text/plain{flood}")[0] == "text/plain"
