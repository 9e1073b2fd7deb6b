import pytest

from tests.support.webchat import Browser, answer_chat, make_webchat
from tickets.models import Attachment, Message
from tickets.webchat import uploads

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


def test_picture_arrives_with_the_type_that_its_bytes_prove():
    browser = Browser(make_webchat())
    answer = browser.upload("../../evil name.html.png", PNG, text="Look")
    assert answer.status_code == 201
    attachment = Attachment.objects.get()
    assert (attachment.content_type, "/" in attachment.name) == ("image/png", False)
    assert Message.objects.get().text == "Look"
    fetched = browser.call("GET", f"files/{attachment.uuid}")
    assert fetched.content == PNG
    assert fetched.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in fetched.headers["Content-Security-Policy"]
    assert fetched.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.html", b"<html><script>alert(1)</script>"),
        ("picture.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("picture.png", b"<svg onload='alert(1)'/>"),
        ("program.png", b"MZ" + b"\0" * 200),
        ("program.txt", b"\x7fELF" + b"\0" * 200),
        ("archive.zip", b"PK\x03\x04" + b"\0" * 60),
        ("bytes.txt", b"\xff\xfe\x00bad"),
        ("nothing.txt", b""),
        ("script.js", b"alert(1)"),
    ],
)
def test_type_that_could_harm_is_refused_whatever_it_calls_itself(name, content):
    browser = Browser(make_webchat())
    assert browser.upload(name, content).status_code in (400, 415)
    assert Attachment.objects.count() == Message.objects.count() == 0


@pytest.mark.parametrize(
    ("name", "content"), [("note.txt", "Grüße".encode()), ("plan.pdf", b"%PDF-1.7"), ("list.csv", b"a;b\n")]
)
def test_harmless_types_are_taken(name, content):
    assert Browser(make_webchat()).upload(name, content).status_code == 201


def test_larger_file_is_refused(monkeypatch):
    monkeypatch.setattr(uploads, "MAX_FILE_BYTES", 30)
    assert Browser(make_webchat()).upload("photo.png", PNG).status_code == 413


def test_nobody_uploads_without_a_token():
    browser = Browser(make_webchat())
    browser.token = "x" * 43
    assert browser.upload("photo.png", PNG).status_code == 401
    assert Attachment.objects.count() == 0


def test_quota_of_a_visitor_ends(monkeypatch):
    monkeypatch.setattr(uploads, "_MOST_FILES_PER_HOUR", 2)
    browser = Browser(make_webchat())
    assert [browser.upload(f"{n}.png", PNG + bytes([n])).status_code for n in range(3)] == [201, 201, 429]


def test_kilobytes_of_a_day_end(monkeypatch):
    monkeypatch.setattr(uploads, "_MOST_KILOBYTES_PER_DAY", 3)
    browser = Browser(make_webchat())
    assert browser.upload("a.png", PNG + b"\0" * 2000).status_code == 201
    assert browser.upload("b.png", PNG + b"\0" * 2001).status_code == 429


def test_chat_without_files_takes_none():
    assert Browser(make_webchat(no_files=True)).upload("photo.png", PNG).status_code == 400


def test_file_of_a_note_is_not_the_visitors(agent):
    browser = Browser(make_webchat())
    browser.write("Hello")
    message = answer_chat(agent, "Hi")
    file = Attachment.objects.create(message=message, storage_key="x", name="a", content_type="text/plain", size=1)
    Message.objects.filter(pk=message.pk).update(kind="note", conversation=None, channel=None)
    assert browser.call("GET", f"files/{file.uuid}").status_code == 404
