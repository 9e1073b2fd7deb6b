"""Large mails go through a process of their own, which may die without harm."""

import os
import sys

import pytest

from channels_app.adapters.base import ParseError
from channels_app.adapters.email import limits, sandbox
from channels_app.adapters.email.parse import parse_email
from channels_app.adapters.email.sandbox import ParserProcess, parse_guarded

LARGE = (
    b"From: Ann <ann@example.org>\nTo: support@corp.example\nReply-To: b@example.org\nSubject: s\nMessage-ID: <1@x>\n"
    b"Date: Mon, 1 Jan 2024 10:00:00 +0000\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nHello\n--b\n"
    b"Content-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: base64\n\n"
    + b"QUJD" * 100_000
    + b"\n--b--\n"
)


@pytest.fixture
def parser():
    process = ParserProcess()
    yield process
    process.stop()


def test_large_mail_reads_the_same_in_the_other_process(parser):
    assert parser.parse(LARGE, frozenset()) == parse_email(LARGE)


def test_small_mail_starts_no_process(monkeypatch):
    monkeypatch.setattr(sandbox._parser, "parse", None)
    assert parse_guarded(b"From: a@x.org\n\nHello")[0].text == "Hello"


def test_mail_above_the_limit_goes_to_the_other_process(monkeypatch):
    calls = []
    monkeypatch.setattr(sandbox._parser, "parse", lambda raw, own, most: calls.append((len(raw), own)) or [])
    parse_guarded(LARGE, own_addresses=frozenset({"a@x"}))
    assert calls == [(len(LARGE), frozenset({"a@x"}))]
    assert len(LARGE) > limits.IN_PROCESS_BYTES


def test_refusal_comes_back_with_its_code(parser):
    with pytest.raises(ParseError) as refused:
        parser.parse(
            b"From: a@x.org\nContent-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 1000, frozenset()
        )
    assert refused.value.code == "too_many_parts"


def test_process_is_used_again_and_replaced_when_it_died(parser):
    parser.parse(LARGE, frozenset())
    first = parser._process
    parser.parse(LARGE, frozenset())
    assert parser._process is first
    first.kill()
    first.wait()
    assert parser.parse(LARGE, frozenset())[0].external_id == "1@x"
    assert parser._process is not first


def test_own_addresses_are_known_in_the_other_process(parser):
    (item,) = parser.parse(LARGE, frozenset({"ann@example.org"}))
    assert item.reason == "loop"


def test_process_that_hangs_is_killed():
    hanging = ParserProcess(seconds=0.3, command=(sys.executable, "-c", "import time; time.sleep(60)"))
    with pytest.raises(ParseError) as refused:
        hanging.parse(LARGE, frozenset())
    assert refused.value.code == "parser_timeout"
    assert hanging._process is None


def test_process_that_dies_is_named_as_the_reason():
    dying = ParserProcess(command=(sys.executable, "-c", "raise SystemExit(3)"))
    with pytest.raises(ParseError) as refused:
        dying.parse(LARGE, frozenset())
    assert refused.value.code == "parser_crashed"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_forked_worker_leaves_its_parents_process_alone(parser):
    parser.parse(LARGE, frozenset())
    before = parser._process
    child = os.fork()
    if child == 0:
        parser.forget()
        os._exit(0 if parser._process is None else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert parser._process is before
    assert parser.parse(LARGE, frozenset())
    assert parser._process is before


def test_other_process_loads_no_django():
    import subprocess

    code = "import sys; import channels_app.adapters.email.sandbox; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=sandbox._ROOT, check=False).returncode == 0
