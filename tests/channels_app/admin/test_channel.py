"""The channel pages: typed settings, secrets that go in and never out, states in words."""

import logging
from datetime import timedelta

import pytest
from django.urls import reverse

from channels_app.models import Brand, Channel
from helpdesk.common.clock import now
from tests.factories import make_channel, make_event

pytestmark = pytest.mark.django_db
CANARY = "canary-5f1e-secret"
LIST = "/admin/channels_app/channel/"
COMMON = {
    "slug": "help", "position": "0", "coverage": "full", "poll_every_seconds": "30", "reopen_window": "7 d",
    "session_gap": "12 h", "messaging_window": "",
}  # fmt: skip


@pytest.fixture
def office(client, administrator):
    client.force_login(administrator)
    return client


@pytest.fixture
def mailbox():
    return make_channel(
        kind="email",
        slug="support",
        name="Support",
        config={"address": "support@desk.example", "imap_host": "127.0.0.1", "imap_security": "plain"},
        secrets={"imap_password": CANARY},
    )


def form_of(channel, **changes):
    config = {f"config-{name}": value for name, value in channel.config.items()}
    return {**COMMON, "name": channel.name, "slug": channel.slug, "brand": channel.brand_id, **config, **changes}


def change_url(channel):
    return reverse("admin:channels_app_channel_change", args=[channel.pk])


def test_adding_begins_with_the_kind(office):
    page = office.get(f"{LIST}add/").content.decode()
    assert "?kind=email" in page
    assert "?kind=api" in page


def test_mailbox_is_set_up_with_the_fields_of_its_kind(office):
    brand = Brand.objects.create(name="Acme")
    values = {
        **COMMON, "name": "Help", "brand": brand.pk, "config-address": "Help@Desk.example",
        "config-imap_host": "imap.desk.example", "config-imap_security": "tls", "config-imap_password": CANARY,
    }  # fmt: skip
    response = office.post(f"{LIST}add/?kind=email", values)
    channel = Channel.objects.get()
    assert response.url == change_url(channel)
    assert (channel.kind, channel.config["address"]) == ("email", "help@desk.example")
    assert channel.read_secrets() == {"imap_password": CANARY}


def test_fault_in_the_settings_of_the_kind_is_told_at_its_field(office):
    brand = Brand.objects.create(name="Acme")
    values = {**COMMON, "name": "Help", "brand": brand.pk, "config-address": "nonsense"}
    response = office.post(f"{LIST}add/?kind=email", values)
    assert "is no mail address" in str(response.context["errors"])
    assert not Channel.objects.exists()


def test_unknown_kind_cannot_be_added(office):
    assert "Which kind" in office.get(f"{LIST}add/?kind=fax").content.decode()


def test_made_up_secret_is_shown_once(office):
    brand = Brand.objects.create(name="Acme")
    page = office.post(f"{LIST}add/?kind=api", {**COMMON, "name": "Shop", "brand": brand.pk}).content.decode()
    channel = Channel.objects.get()
    secret = channel.read_secrets()["signing_secrets"][0]
    assert secret in page
    assert f"/hooks/api/{channel.uuid}/" in page
    for path in (change_url(channel), LIST, f"{change_url(channel)[:-7]}history/"):
        assert secret not in office.get(path).content.decode()


def test_stored_secret_is_never_in_the_page(office, mailbox):
    page = office.get(change_url(mailbox)).content.decode()
    assert CANARY not in page
    assert "leave empty to keep it" in page


def test_empty_secret_field_keeps_the_stored_one(office, mailbox):
    office.post(change_url(mailbox), form_of(mailbox, name="Renamed"))
    mailbox.refresh_from_db()
    assert (mailbox.name, mailbox.read_secrets()) == ("Renamed", {"imap_password": CANARY})


def test_new_secret_replaces_the_stored_one(office, mailbox):
    office.post(change_url(mailbox), form_of(mailbox, **{"config-imap_password": "another"}))
    mailbox.refresh_from_db()
    assert mailbox.read_secrets() == {"imap_password": "another"}


def test_ticked_box_forgets_the_stored_secret(office, mailbox):
    values = form_of(mailbox, **{"config-imap_host": "", "clear-imap_password": "on"})
    office.post(change_url(mailbox), values)
    mailbox.refresh_from_db()
    assert mailbox.read_secrets() == {}


def test_typed_secret_is_not_sent_back_when_something_else_is_wrong(office):
    channel = make_channel(kind="api", config={}, secrets={"signing_secrets": ["whsec_" + "A" * 43 + "="]})
    response = office.post(change_url(channel), form_of(channel, name="", **{"config-signing_secrets": CANARY}))
    assert response.context["errors"]
    assert CANARY not in response.content.decode()


def test_saved_secret_is_in_no_log_and_no_history(office, mailbox, caplog):
    with caplog.at_level(logging.DEBUG):
        office.post(change_url(mailbox), form_of(mailbox, **{"config-imap_password": f"{CANARY}-new"}))
        history = office.get(f"{change_url(mailbox)[:-7]}history/").content.decode()
    assert CANARY not in history
    assert not [
        record for record in caplog.records if CANARY in record.getMessage() and record.name != "django.db.backends"
    ]


def test_stored_row_holds_no_readable_secret(mailbox):
    row = str(Channel.objects.filter(pk=mailbox.pk).values().get())
    assert CANARY not in row


def test_channel_whose_secrets_lost_their_key_can_still_be_opened(office, mailbox, settings, tmp_path):
    settings.HELPDESK_KEYS_DIR = tmp_path / "other keys"
    assert office.get(change_url(mailbox)).status_code == 200


def test_auditor_reads_the_channel_without_its_settings(client, auditor, mailbox):
    client.force_login(auditor)
    page = client.get(change_url(mailbox)).content.decode()
    assert "Support" in page
    assert "imap_password" not in page
    assert client.post(change_url(mailbox), form_of(mailbox, name="Mine")).status_code == 403


@pytest.mark.parametrize("role", ["agent", "lead", "marketing"])
def test_only_administrators_change_channels(client, request, mailbox, role):
    client.force_login(request.getfixturevalue(role))
    assert client.post(change_url(mailbox), form_of(mailbox, name="Mine")).status_code == 403
    assert client.post(f"{LIST}add/?kind=email", COMMON).status_code == 403
    assert client.post(f"{LIST}{mailbox.pk}/do/pause/").status_code == 403
    mailbox.refresh_from_db()
    assert (mailbox.name, mailbox.is_active) == ("Support", True)


def test_nobody_deletes_a_channel(client, superuser, mailbox):
    client.force_login(superuser)
    assert client.post(f"{LIST}{mailbox.pk}/delete/", {"post": "yes"}).status_code == 403


def test_connection_test_says_what_works_and_what_to_do(office):
    channel = make_channel(kind="api", config={}, secrets={"signing_secrets": ["whsec_" + "A" * 43 + "="]})
    page = office.post(f"{LIST}{channel.pk}/do/test/").content.decode()
    assert "Signing secrets set: 1." in page
    assert "Enter the URL that takes replies." in page
    assert "whsec_" not in page


def test_connection_test_of_a_dead_server_is_an_answer_and_no_error(office, mailbox):
    mailbox.config["imap_port"] = 9
    mailbox.save()
    response = office.post(f"{LIST}{mailbox.pk}/do/test/")
    assert response.status_code == 200
    assert "hd-is-wrong" in response.content.decode()
    assert CANARY not in response.content.decode()


def test_paused_channel_says_so_and_can_be_resumed(office, mailbox):
    office.post(f"{LIST}{mailbox.pk}/do/pause/")
    assert "paused" in office.get(LIST).content.decode()
    Channel.objects.filter(pk=mailbox.pk).update(consecutive_failures=9, next_poll_at=now() + timedelta(hours=1))
    office.post(f"{LIST}{mailbox.pk}/do/resume/")
    mailbox.refresh_from_db()
    assert (mailbox.is_active, mailbox.consecutive_failures, mailbox.next_poll_at) == (True, 0, None)


def test_polling_now_rings_for_this_channel(office, mailbox, monkeypatch):
    rung = []
    monkeypatch.setattr("channels_app.admin.channel.ring", lambda task, *args: rung.append((task, *args)))
    office.post(f"{LIST}{mailbox.pk}/do/poll/")
    assert rung == [("channels_app.tasks.poll_channel", mailbox.pk)]


def test_dead_broker_is_told_in_words(office, mailbox, monkeypatch):
    def dead(*args):
        raise ConnectionRefusedError("redis://:password@10.0.0.5")

    monkeypatch.setattr("channels_app.admin.channel.ring", dead)
    page = office.post(f"{LIST}{mailbox.pk}/do/poll/", follow=True).content.decode()
    assert "The broker does not answer" in page
    assert "10.0.0.5" not in page


def test_list_counts_quarantined_deliveries_up_to_99(office, mailbox):
    for _ in range(3):
        make_event(mailbox, state="quarantined")
    assert f'state=quarantined&amp;channel__id__exact={mailbox.pk}">3</a>' in office.get(LIST).content.decode()
    for _ in range(100):
        make_event(mailbox, state="quarantined")
    assert ">99+</a>" in office.get(LIST).content.decode()


def test_failing_channel_shows_the_providers_words(office, mailbox):
    Channel.objects.filter(pk=mailbox.pk).update(
        consecutive_failures=3, last_error="Login refused <b>", last_error_at=now()
    )
    for path in (LIST, change_url(mailbox)):
        page = office.get(path).content.decode()
        assert "Login refused &lt;b&gt;" in page
    assert "3 failed tries in a row" in page
