"""Twilio's REST API: what is asked, what its refusals mean, and where files may come from."""

import pytest

from channels_app.adapters.base import AdapterError, ChannelConfig, InboundAttachment
from channels_app.adapters.sms.adapter import SmsAdapter
from channels_app.adapters.twilio.client import TwilioClient
from tests.support.http_fake import Reply, running_http_fake
from tests.support.twilio_fake import ACCOUNT, AUTH, NUMBER, running_twilio_fake

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64


@pytest.fixture
def twilio(settings):
    settings.HELPDESK_TRUSTED_HOSTS = ["127.0.0.1"]
    with running_twilio_fake() as fake:
        yield fake


@pytest.fixture
def client(twilio):
    return TwilioClient(ChannelConfig(config=twilio.config, secrets=AUTH))


def send(client, **changes):
    values = {"To": "+447911123456", "From": NUMBER, "Body": "Hello"} | changes
    return client.post("Messages", list(values.items()))


def refusal(client, **changes):
    with pytest.raises(AdapterError) as refused:
        send(client, **changes)
    return refused.value


def test_message_is_created_with_the_accounts_password(client, twilio):
    assert send(client)["sid"].startswith("SM")
    (call,) = twilio.http.calls
    assert call.path == f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    assert call.headers["content-type"] == "application/x-www-form-urlencoded"


def test_wrong_token_concerns_the_channel(twilio):
    error = refusal(TwilioClient(ChannelConfig(config=twilio.config, secrets={"auth_tokens": ["x" * 32]})))
    assert (error.code, error.permanent, error.concerns_channel) == ("20003", True, True)


@pytest.mark.parametrize(
    ("change", "code"),
    [({"To": "12"}, "21211"), ({"Body": "x" * 1601}, "21617"), ({"Body": ""}, "21602")],
)
def test_refused_message_is_given_up_with_the_providers_code(client, change, code):
    error = refusal(client, **change)
    assert (error.code, error.permanent, error.concerns_channel) == (code, True, False)
    assert error.message


def test_customer_who_answered_stop_is_named_as_such(client, twilio):
    twilio.opted_out.add("+447911123456")
    error = refusal(client)
    assert (error.code, error.permanent) == ("21610", True)
    assert "STOP" in error.message


def test_too_many_messages_wait_as_long_as_the_provider_says(client, twilio):
    twilio.pause = 1
    error = refusal(client)
    assert (error.code, error.permanent, error.retry_after_seconds) == ("20429", False, 7)
    assert not error.is_uncertain
    assert send(client)["sid"]


def test_fault_at_the_provider_leaves_the_outcome_open(client, twilio):
    twilio.failures = [Reply(status=500, body=b"oops")]
    error = refusal(client)
    assert (error.permanent, error.is_uncertain) == (False, True)


def test_lost_connection_after_the_request_leaves_the_outcome_open(client, twilio):
    twilio.failures = [Reply(is_cut=True)]
    assert refusal(client).is_uncertain


def test_file_is_fetched_with_the_password_and_its_type(client, twilio):
    url = twilio.file("/2010-04-01/Media/ME1", PNG, "image/png")
    fetched = client.fetch(InboundAttachment(name="a", content_type="image/jpeg", url=url), most_bytes=1000)
    assert (fetched.content, fetched.content_type) == (PNG, "image/png")


def test_file_larger_than_the_limit_is_refused_for_good(client, twilio):
    url = twilio.file("/2010-04-01/Media/ME1", b"x" * 5000, "image/png")
    with pytest.raises(AdapterError) as refused:
        client.fetch(InboundAttachment(name="a", content_type="", url=url), most_bytes=1000)
    assert refused.value.permanent


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/file", "https://api.twilio.com.evil.example/x", "http://api.twilio.com/x", "file:///etc/passwd",
        "https://eviltwilio.com/x", "//api.twilio.com/x", "",
    ],
)  # fmt: skip
def test_file_elsewhere_is_never_asked_for(client, url):
    with pytest.raises(AdapterError) as refused:
        client.fetch(InboundAttachment(name="a", content_type="", url=url), most_bytes=1000)
    assert (refused.value.code, refused.value.permanent) == ("foreign_host", True)


def test_password_does_not_follow_a_redirect_to_another_host(client, twilio):
    with running_http_fake() as storage:
        storage.answer = lambda call: Reply(body=PNG, headers={"content-type": "image/png"})
        twilio.failures = [Reply(status=307, headers={"location": f"{storage.url}/signed"})]
        attachment = InboundAttachment(name="a", content_type="", url=f"{twilio.http.url}/media")
        assert client.fetch(attachment, most_bytes=1000).content == PNG
    (call,) = storage.calls
    assert "authorization" not in call.headers


def test_check_names_the_webhook_that_leads_elsewhere(twilio):
    channel = ChannelConfig(uuid="u", config=twilio.config, secrets=AUTH, site_url="https://desk.example")
    *_account, last = SmsAdapter(channel).check()
    assert not last.is_ok
    assert "https://desk.example/hooks/sms/u/" in last.advice
    twilio.webhooks = {"sms_url": "https://desk.example/hooks/sms/u/"}
    assert all(finding.is_ok for finding in SmsAdapter(channel).check())


def test_check_says_what_to_do_about_a_refused_token(twilio):
    channel = ChannelConfig(config=twilio.config, secrets={"auth_tokens": ["x" * 32]})
    (finding,) = SmsAdapter(channel).check()
    assert not finding.is_ok
    assert finding.advice
