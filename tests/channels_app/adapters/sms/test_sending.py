"""Text messages out: sender, files by their public address, where Twilio reports to."""

import pytest

from channels_app.adapters.base import AdapterError, Address, ChannelConfig, OutboundAttachment, OutboundMessage
from channels_app.adapters.sms.adapter import SmsAdapter
from tests.support.twilio_fake import AUTH, NUMBER, running_twilio_fake


@pytest.fixture
def twilio(settings):
    settings.HELPDESK_TRUSTED_HOSTS = ["127.0.0.1"]
    with running_twilio_fake() as fake:
        yield fake


def send(twilio, *, config=None, **changes):
    values = {"uuid": "u1", "recipient": Address(address="+447911123456"), "text": "Hello"} | changes
    channel = ChannelConfig(
        uuid="c1", config={**twilio.config, **(config or {})}, secrets=AUTH, site_url="https://desk.example"
    )
    return SmsAdapter(channel).send(OutboundMessage(**values))


def test_text_leaves_with_its_number_and_where_to_report(twilio):
    receipt = send(twilio)
    (sent,) = twilio.messages
    assert (sent["From"], sent["To"], sent["Body"]) == ([NUMBER], ["+447911123456"], ["Hello"])
    assert sent["StatusCallback"] == ["https://desk.example/hooks/sms/c1/"]
    assert receipt.external_id == sent["sid"][0]


def test_messaging_service_chooses_the_number_itself(twilio):
    send(twilio, config={"messaging_service_sid": "MG" + "1" * 32})
    (sent,) = twilio.messages
    assert sent["MessagingServiceSid"] == ["MG" + "1" * 32]
    assert "From" not in sent


def file(url):
    return OutboundAttachment(name="a.png", content_type="image/png", size=3, open_content=lambda: b"abc", url=url)


def test_files_leave_by_their_public_address(twilio):
    send(twilio, attachments=[file("https://desk.example/files/1"), file("https://desk.example/files/2")])
    assert twilio.messages[0]["MediaUrl"] == ["https://desk.example/files/1", "https://desk.example/files/2"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"attachments": [file("")]}, "no_public_url"),
        ({"attachments": [file("https://x/1")] * 11}, "too_many_files"),
        ({"recipient": Address(address="short code")}, "21211"),
        ({"config": {"number": ""}}, "no_sender"),
    ],
)
def test_what_twilio_would_refuse_is_refused_before(twilio, changes, code):
    with pytest.raises(AdapterError) as refused:
        send(twilio, **changes)
    assert (refused.value.code, refused.value.permanent) == (code, True)
    assert twilio.messages == []


def test_composer_is_told_how_many_messages_a_text_is():
    adapter = SmsAdapter(ChannelConfig())
    assert adapter.describe_text("") == ""
    assert adapter.describe_text("Hello") == "1 text message"
    assert adapter.describe_text("x" * 161) == "2 text messages"
    assert adapter.describe_text("x" * 70 + "…") == "2 text messages, because of …"
