"""Mail out to a real SMTP server: who gets it, what stands in it, and what is known when something breaks (P8, B8)."""

import email
import email.policy
import hashlib
from email.header import decode_header, make_header
from pathlib import Path

import pytest

from channels_app.adapters.base import AdapterError, Address, ChannelConfig, OutboundAttachment, OutboundMessage
from channels_app.adapters.email import smtp
from channels_app.adapters.email.adapter import EmailAdapter
from channels_app.adapters.email.parse import parse_email
from tests.support.smtp_sink import running_smtp_sink
from tests.support.tcp_proxy import running_proxy

TOKEN = "0123456789abcdef0123456789abcdef"
UUID = "7d444840-9dc0-11d1-b245-5ffdce74fad2"


def make_adapter(sink=None, **config):
    server = sink.config() if sink is not None else {}
    values = {"address": "support@desk.example", **server, **config}
    return EmailAdapter(ChannelConfig(config=values, secrets={"smtp_password": "right"}, from_name="Acme"))


def make_message(**changes):
    values = {
        "uuid": UUID,
        "recipient": Address(address="carla@customer.example", name="Carla"),
        "text": "Your parcel is on its way.",
        "subject": "Re: My parcel",
        "reply_token": TOKEN,
    }
    return OutboundMessage(**values | changes)


def attachment(name, content, content_type="application/octet-stream"):
    return OutboundAttachment(name=name, content_type=content_type, size=len(content), open_content=lambda: content)


def test_mail_carries_sender_recipients_and_threading(smtp_sink):
    receipt = make_adapter(smtp_sink).send(
        make_message(
            html="<p>On its way</p>",
            from_name="Ana (Acme)",
            cc=[Address(address="boss@customer.example", name="The Boss")],
            in_reply_to="q2@customer.example",
            references=["q1@customer.example", "q2@customer.example"],
        )
    )
    sent = smtp_sink.messages[0]
    assert receipt.external_id == f"{UUID.replace('-', '')}.{TOKEN}@desk.example"
    assert sent["Message-ID"] == f"<{receipt.external_id}>"
    assert sent["From"] == '"Ana (Acme)" <support@desk.example>'
    assert sent["In-Reply-To"] == "<q2@customer.example>"
    assert sent["References"] == "<q1@customer.example> <q2@customer.example>"
    assert sent["Reply-To"] is None
    assert sent["Auto-Submitted"] is None
    assert sent.get_body(("plain",)).get_content().strip() == "Your parcel is on its way."
    assert "<p>On its way</p>" in sent.get_body(("html",)).get_content()
    assert smtp_sink.envelopes == [("support@desk.example", ["carla@customer.example", "boss@customer.example"])]


def test_same_message_has_the_same_id_on_every_attempt(smtp_sink):
    adapter = make_adapter(smtp_sink)
    assert adapter.send(make_message()) == adapter.send(make_message())


def test_chosen_external_id_is_used(smtp_sink):
    assert make_adapter(smtp_sink).send(make_message(external_id="own@desk.example")).external_id == "own@desk.example"
    assert smtp_sink.messages[0]["Message-ID"] == "<own@desk.example>"


def test_reply_address_and_subject_carry_the_token_only_when_configured(smtp_sink):
    make_adapter(smtp_sink, reply_address_mode="plus", has_subject_tag=True).send(make_message())
    sent = smtp_sink.messages[0]
    assert sent["Reply-To"].endswith(f"support+{TOKEN}@desk.example")
    assert sent["Subject"] == f"Re: My parcel [ref:{TOKEN}]"


def test_answer_to_our_mail_brings_the_token_back(smtp_sink):
    make_adapter(smtp_sink).send(make_message())
    ours = smtp_sink.messages[0]
    answer = f"From: carla@customer.example\nIn-Reply-To: {ours['Message-ID']}\nSubject: Re: x\n\nThanks\n"
    assert parse_email(answer.encode())[0].thread_tokens == (TOKEN,)


def test_long_chain_of_references_keeps_the_first_and_the_newest(smtp_sink):
    ids = [f"{n}.{'x' * 60}@customer.example" for n in range(60)]
    make_adapter(smtp_sink).send(make_message(references=ids, in_reply_to=ids[-1]))
    sent = str(smtp_sink.messages[0]["References"]).split()
    assert sent == [f"<{ids[0]}>", *(f"<{identifier}>" for identifier in ids[-19:])]


def test_automatic_mail_says_so(smtp_sink):
    make_adapter(smtp_sink).send(make_message(is_automatic=True))
    sent = smtp_sink.messages[0]
    assert sent["Auto-Submitted"] == "auto-generated"
    assert sent["X-Auto-Response-Suppress"] == "All"


def test_names_subjects_and_text_of_every_script_arrive(smtp_sink):
    make_adapter(smtp_sink, address="hilfe@müller.example").send(
        make_message(
            from_name="Jürgen Müller, ГК «Ромашка»",
            subject="注文について " * 20,
            text="Grüße 🎉\n" + "長い行" * 500,
            recipient=Address(address="anna@bücher.example", name="Анна, «Кот»"),
        )
    )
    sent = smtp_sink.messages[0]
    assert str(sent["Subject"]).strip() == ("注文について " * 20).strip()
    assert sent["From"].addresses[0].addr_spec == "hilfe@xn--mller-kva.example"
    assert sent["From"].addresses[0].display_name == "Jürgen Müller, ГК «Ромашка»"
    assert sent["To"].addresses[0].display_name == "Анна, «Кот»"
    assert sent.get_body(("plain",)).get_content().splitlines()[:1] == ["Grüße 🎉"]
    assert smtp_sink.envelopes[0][1] == ["anna@xn--bcher-kva.example"]
    assert all(len(line) <= 998 for line in smtp_sink.mails[0].splitlines())
    assert smtp_sink.mails[0].isascii()


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "Hi\r\nBcc: evil@x.example\r\n\r\nbody"},
        {"subject": "Hi\u2028Bcc: evil@x.example"},
        {"from_name": "Ana\r\nBcc: evil@x.example"},
        {"from_name": 'Ana" <evil@x.example>, "'},
        {"recipient": Address(address="carla@customer.example", name="evil@x.example, Carla\r\nBcc: evil@x.example")},
        {"in_reply_to": "a@b>\r\nBcc: evil@x.example"},
        {"references": ["a@b>\r\nBcc: <evil@x.example", "fine@customer.example"]},
    ],
)
def test_nothing_in_a_value_adds_a_header_or_a_recipient(smtp_sink, changes):
    make_adapter(smtp_sink).send(make_message(**changes))
    sent = smtp_sink.messages[0]
    assert sent["Bcc"] is None
    assert smtp_sink.envelopes[0][1] == ["carla@customer.example"]
    assert [address.addr_spec for address in sent["From"].addresses] == ["support@desk.example"]
    assert [address.addr_spec for address in sent["To"].addresses] == ["carla@customer.example"]


@pytest.mark.parametrize(
    "address",
    [
        "a@b.example, evil@x.example",
        "a@b.example\r\nRCPT TO:<evil@x.example>",
        "a@b.example> <evil@x.example",
        "",
        "müller@b.example",
        "a b@c.example",
    ],
)
def test_address_that_could_be_two_or_none_is_refused_before_sending(smtp_sink, address):
    with pytest.raises(AdapterError) as refusal:
        make_adapter(smtp_sink).send(make_message(recipient=Address(address=address)))
    assert (refusal.value.code, refusal.value.permanent) == ("bad_address", True)
    assert smtp_sink.mails == []


def test_files_arrive_byte_for_byte_under_their_cleaned_names(smtp_sink):
    files = {
        "Rechnung März.pdf": (b"%PDF" + bytes(range(256)) * 900, "application/pdf"),
        "notes.txt": (b"line\nline\r\nl\xe9gal", "text/plain"),
        "mail.eml": (b"From: a@b\n\nhi", "message/rfc822"),
    }
    wanted = [attachment(name, content, kind) for name, (content, kind) in files.items()]
    evil = attachment("../../x\r\nX-Evil: 1\u202egpj.exe", b"evil", "text/html\r\nX-Evil: 1")
    make_adapter(smtp_sink).send(make_message(attachments=[*wanted, evil]))
    sent = smtp_sink.messages[0]
    parts = {part.get_filename(): part.get_payload(decode=True) for part in sent.iter_attachments()}
    for name, (content, _kind) in files.items():
        assert hashlib.sha256(parts[name]).digest() == hashlib.sha256(content).digest()
    assert b"X-Evil: 1\r\n" not in smtp_sink.mails[0].partition(b"evil")[0].replace(b'"', b"\r\n")
    assert len(parts) == 4
    assert all(".." not in name and "\n" not in name for name in parts)


def test_lines_that_begin_with_a_period_arrive_whole(smtp_sink):
    make_adapter(smtp_sink).send(make_message(text="one\n.\n..two\nthree"))
    assert smtp_sink.messages[0].get_body(("plain",)).get_content().splitlines()[:4] == ["one", ".", "..two", "three"]


def failure(adapter, **changes):
    with pytest.raises(AdapterError) as failed:
        adapter.send(make_message(**changes))
    return failed.value


@pytest.mark.parametrize(("answer", "is_permanent"), [("450 Greylisted", False), ("550 No such user", True)])
def test_refused_customer_means_that_nothing_is_sent(smtp_sink, answer, is_permanent):
    smtp_sink.on_recipient = lambda address: answer if "carla" in address else None
    error = failure(make_adapter(smtp_sink), cc=[Address(address="boss@customer.example")])
    assert (error.permanent, error.is_uncertain) == (is_permanent, False)
    assert answer[4:] in error.message
    assert smtp_sink.mails == []


def test_refused_copy_is_named_in_the_receipt(smtp_sink):
    smtp_sink.on_recipient = lambda address: "550 Unknown" if "boss" in address else None
    receipt = make_adapter(smtp_sink).send(make_message(cc=[Address(address="boss@customer.example")]))
    assert receipt.refused == {"boss@customer.example": "550 Unknown"}
    assert smtp_sink.envelopes[0][1] == ["carla@customer.example"]


@pytest.mark.parametrize(
    ("answer", "is_permanent"), [("451 Try later", False), ("554 Spam", True), ("552 Too big", True)]
)
def test_refused_mail_is_certain(smtp_sink, answer, is_permanent):
    smtp_sink.on_data = lambda: answer
    error = failure(make_adapter(smtp_sink))
    assert (error.permanent, error.is_uncertain) == (is_permanent, False)


def test_refused_sender_is_permanent(smtp_sink):
    smtp_sink.on_sender = lambda address: "553 Not your address"
    assert failure(make_adapter(smtp_sink)).permanent


@pytest.mark.parametrize("answer", ["close", "take and close"])
def test_connection_lost_after_the_mail_is_uncertain(smtp_sink, answer):
    smtp_sink.on_data = lambda: answer
    error = failure(make_adapter(smtp_sink))
    assert (error.permanent, error.is_uncertain) == (False, True)


def test_connection_lost_before_the_mail_is_certain(smtp_sink):
    smtp_sink.on_recipient = lambda address: "close"
    error = failure(make_adapter(smtp_sink))
    assert (error.permanent, error.is_uncertain) == (False, False)


def test_closed_port_is_temporary_and_certain():
    error = failure(make_adapter(smtp_host="127.0.0.1", smtp_port=1, smtp_security="plain"))
    assert (error.code, error.permanent, error.is_uncertain) == ("refused", False, False)


def test_unknown_server_is_temporary_and_certain():
    error = failure(make_adapter(smtp_host="no-such-host.invalid", smtp_security="plain"))
    assert (error.code, error.permanent, error.is_uncertain) == ("dns", False, False)


def test_server_that_dribbles_is_given_up_in_time(smtp_sink, monkeypatch):
    monkeypatch.setattr(smtp, "TOTAL_SECONDS", 1.0)
    with running_proxy(smtp_sink.port) as proxy:
        proxy.seconds_per_byte = 0.2
        error = failure(make_adapter(smtp_host="127.0.0.1", smtp_port=proxy.port, smtp_security="plain"))
    assert (error.code, error.permanent, error.is_uncertain) == ("timeout", False, False)


def test_login_is_used_and_a_wrong_one_can_be_mended():
    with running_smtp_sink(has_login=True) as sink:
        make_adapter(sink, smtp_username="support").send(make_message())
        assert sink.logins == [(b"support", b"right")]
        wrong = EmailAdapter(
            ChannelConfig(
                config={"address": "support@desk.example", **sink.config(), "smtp_username": "support"},
                secrets={"smtp_password": "canary-password"},
            )
        )
        error = failure(wrong)
        assert (error.code, error.permanent) == ("login", False)
        assert "canary-password" not in error.message


def test_installations_server_is_used_where_the_channel_has_none(smtp_sink, settings):
    settings.HELPDESK_MAIL_URL = smtp_sink.url
    make_adapter().send(make_message())
    assert len(smtp_sink.mails) == 1


def test_mail_url_names_server_login_and_encryption():
    server = smtp.SmtpServer.from_url("smtp+tls://me%40x.example:p%3Aw@mail.example")
    assert (server.host, server.port, server.security) == ("mail.example", 587, "starttls")
    assert (server.username, server.password) == ("me@x.example", "p:w")
    with pytest.raises(AdapterError):
        smtp.SmtpServer.from_url("http://mail.example")


def test_without_any_server_mails_become_files_and_the_check_says_so(settings, tmp_path):
    settings.HELPDESK_OUTBOX_DIR = tmp_path / "outbox"
    adapter = make_adapter()
    receipt = adapter.send(make_message(subject="Grüße"))
    (path,) = Path(settings.HELPDESK_OUTBOX_DIR).glob("*.eml")
    kept = email.message_from_bytes(path.read_bytes(), policy=email.policy.compat32)
    assert str(make_header(decode_header(kept["Subject"]))) == "Grüße"
    assert kept["Message-ID"] == f"<{receipt.external_id}>"
    assert path.stat().st_mode & 0o077 == 0
    sending = adapter.check()[-1]
    assert not sending.is_ok
    assert str(settings.HELPDESK_OUTBOX_DIR) in sending.what
