"""Files: handed in with a receipt, attached once, fetched as downloads with the rights of their ticket."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tickets.models import Attachment, Message

UPLOAD = "/api/v1/attachments/"
TICKETS = "/api/v1/tickets/"


def upload(client, name="plan.html", content=b"<script>alert(1)</script>", kind="text/html", **headers):
    return client.post(UPLOAD, {"file": SimpleUploadedFile(name, content, kind)}, headers=headers)


def reply(client, ticket, *receipts):
    body = json.dumps({"text": "See the file.", "attachments": list(receipts)})
    return client.post(f"{TICKETS}{ticket.pk}/reply/", body, content_type="application/json")


@pytest.fixture
def sent(client, ticket):
    """A file that went out with a reply."""
    answer = reply(client, ticket, upload(client).json()["upload"])
    assert answer.status_code == 201
    return answer.json()["attachments"][0]


def test_uploaded_file_goes_out_with_the_reply(client, sent):
    row = client.get(f"{UPLOAD}{sent['id']}/").json()
    assert (row["name"], row["size"]) == ("plan.html", 25)
    assert row["message"] == Message.objects.get(direction="out").pk


def test_file_is_only_ever_a_download(client, sent):
    response = client.get(f"{UPLOAD}{sent['id']}/download/", headers={"accept": "text/html"})
    assert response.content == b"<script>alert(1)</script>"
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]


def test_download_needs_a_key(client, sent):
    from django.test import Client

    assert Client().get(f"{UPLOAD}{sent['id']}/download/").status_code == 401


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "C:\\x.txt", "a\r\nb.txt", "x" * 900 + ".txt", "\u202egpj.exe", "ü.txt"]
)
def test_name_of_an_upload_is_cleaned(client, name):
    answer = upload(client, name=name)
    assert answer.status_code == 201
    stored = answer.json()["name"]
    assert not set("/\\\r\n\u202e") & set(stored)
    assert len(stored) <= 255


def test_receipt_can_be_used_once(client, ticket, sent):
    receipt = upload(client).json()["upload"]
    assert reply(client, ticket, receipt, receipt).status_code == 409
    assert reply(client, ticket, receipt).status_code == 201
    assert reply(client, ticket, receipt).json()["code"] == "upload_used"


def test_receipt_of_somebody_else_is_refused(client, calling, stranger, ticket):
    receipt = upload(client).json()["upload"]
    assert reply(calling(stranger), ticket, receipt).json()["code"] == "unknown_upload"


@pytest.mark.parametrize("receipt", ["", "x", "a:b:c", "🦓", "../../x"])
def test_invented_receipt_is_refused(client, ticket, receipt):
    assert reply(client, ticket, receipt).status_code == 400
    assert not Attachment.objects.exists()


def test_file_above_the_limit_is_refused(client, settings):
    settings.HELPDESK_MAX_ATTACHMENT_BYTES = 10
    response = upload(client, content=b"x" * 11)
    assert (response.status_code, response.json()["code"]) == (413, "payload_too_large")


def test_body_far_above_the_limit_is_refused_before_it_is_read(client, settings):
    settings.HELPDESK_MAX_ATTACHMENT_BYTES = 10
    assert upload(client, content=b"x" * 200_000).status_code == 413


def test_upload_without_a_file_names_the_field(client):
    response = client.post(UPLOAD, {"file": "text"})
    assert (response.status_code, list(response.json()["fields"])) == (400, ["file"])


def test_upload_as_json_is_refused(client):
    assert client.post(UPLOAD, "{}", content_type="application/json").status_code == 415


def test_repeated_upload_gives_the_first_receipt(client):
    answers = [upload(client, **{"idempotency-key": "u"}).json() for _ in range(2)]
    assert answers[0] == answers[1]
    other = upload(client, content=b"other", **{"idempotency-key": "u"})
    assert other.json()["code"] == "idempotency_key_reused"
