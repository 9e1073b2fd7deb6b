import gzip
import json
import re

import pytest
from django.conf import settings

from tests.support.webchat import Browser, make_webchat
from tickets.models import BusinessHours
from tickets.webchat.script import FOLDER, PARTS, widget_script
from tickets.webchat.texts import TEXTS, choose_language, direction_of, texts_in

LANGUAGES = [code for code, _name in settings.LANGUAGES]


@pytest.mark.django_db
def test_everything_that_a_page_loads_is_under_twenty_kilobytes():
    browser = Browser(make_webchat(show_logo=True))
    script = browser._client.get(f"/widget/{browser.channel.uuid}.js", headers={"Accept-Encoding": "gzip"})
    assert script.headers["Content-Encoding"] == "gzip"
    largest = max(len(gzip.compress(browser.call("GET", f"look?lang={code}").content)) for code in LANGUAGES)
    assert len(script.content) + largest < 20 * 1024


@pytest.mark.django_db
def test_script_is_one_for_everybody_and_known_by_its_mark():
    browser = Browser(make_webchat())
    address = f"/widget/{browser.channel.uuid}.js"
    first = browser._client.get(address)
    assert first.content == widget_script().plain
    assert first.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert not first.cookies
    again = browser._client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.django_db
def test_script_of_no_chat_is_not_there(api_channel):
    assert Browser(api_channel)._client.get(f"/widget/{api_channel.uuid}.js").status_code == 404


def test_widget_calls_nobody_but_us_and_writes_no_markup_and_no_cookie():
    code = "".join((FOLDER / part).read_text() for part in PARTS)
    addresses = set(re.findall(r"https?://[^\s\"'`)]+", code)) - {"http://www.w3.org/2000/svg"}
    assert {address for address in addresses if not address.startswith("https?:")} <= set()
    for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "cookie", "postMessage"):
        assert word not in code.replace("no cookies", ""), word


def test_every_part_of_the_widget_is_in_the_script():
    assert {path.name for path in FOLDER.glob("*.js")} == set(PARTS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_there_in_every_language(language):
    texts = texts_in(language)
    assert set(texts) == set(TEXTS)
    assert all(texts.values())
    english = texts_in("en")
    if language != "en":
        same = {name for name, text in texts.items() if text == english[name]}
        assert same <= {"messages", "message", "download"}
    for name, text in texts.items():
        assert re.findall(r"\{\w+\}", text) == re.findall(r"\{\w+\}", english[name]) or sorted(
            re.findall(r"\{\w+\}", text)
        ) == sorted(re.findall(r"\{\w+\}", english[name]))


@pytest.mark.parametrize(
    ("wanted", "fixed", "language"),
    [
        (["de-AT", "en"], "", "de"),
        (["pt-BR", "es-MX"], "", "es"),
        (["ar_EG"], "", "ar"),
        (["xx"], "", "en"),
        ([], "", "en"),
        (["de"], "fr", "fr"),
        (["../../etc", "<script>"], "", "en"),
    ],
)
def test_language_is_the_first_that_the_widget_speaks(wanted, fixed, language):
    assert choose_language(wanted, fixed=fixed) == language


def test_arabic_runs_from_right_to_left():
    assert [direction_of(code) for code in ("ar", "de")] == ["rtl", "ltr"]


@pytest.mark.django_db
def test_closed_team_offers_the_form_and_says_when_it_is_back():
    BusinessHours.objects.create(name="Never", is_default=True)
    look = Browser(make_webchat()).call("GET", "look").json()
    assert (look["is_open"], look["next_opening"], look["has_offline_form"]) == (False, None, True)
    chatting = Browser(make_webchat(offline="chat")).call("GET", "look").json()
    assert (chatting["is_open"], chatting["has_offline_form"]) == (False, False)


@pytest.mark.django_db
def test_team_without_hours_is_always_there():
    look = Browser(make_webchat()).call("GET", "look").json()
    assert (look["is_open"], look["has_offline_form"]) == (True, False)


@pytest.mark.django_db
def test_look_tells_no_secret():
    channel = make_webchat()
    shown = json.dumps(Browser(channel).call("GET", "look").json())
    assert "s" * 64 not in shown
    assert "origins" not in shown


@pytest.mark.django_db
def test_other_ways_are_the_listed_ones_with_an_address(email_channel):
    channel = make_webchat()
    [way] = Browser(channel).call("GET", "channels").json()["channels"]
    assert (way["kind"], way["link"]) == ("email", "mailto:support@desk.example")
    email_channel.is_listed = False
    email_channel.save()
    assert Browser(channel).call("GET", "channels").json() == {"channels": []}
