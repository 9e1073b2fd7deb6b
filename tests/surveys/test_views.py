"""The customer's page, from outside."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from channels_app.models import Brand
from surveys.models import Invitation, Response, Survey, SurveyWording
from surveys.services.tokens import make_token
from tickets.models import TicketEvent

Ask = Callable[..., Invitation]
HOSTILE = "<script>alert(1)</script>"


def url_of(invitation: Invitation) -> str:
    return f"/survey/{make_token(invitation)}/"


@pytest.fixture
def invitation(clock: Any, asked: Ask) -> Invitation:
    return asked(subject="Secret subject", text="Secret text")


@pytest.fixture
def browser() -> Client:
    """A browser that has the CSRF check of the real site on."""
    return Client(enforce_csrf_checks=True)


def test_link_opens_the_question_with_its_score_chosen(browser: Client, invitation: Invitation) -> None:
    page = browser.get(url_of(invitation), {"score": "8"})
    assert page.status_code == 200
    assert 'value="8" required checked' in page.text


@pytest.mark.parametrize("method", ["get", "head"])
def test_scanner_that_opens_every_link_many_times_votes_for_nothing(
    browser: Client, invitation: Invitation, method: str, django_assert_max_num_queries: Any
) -> None:
    before = TicketEvent.objects.count()
    for score in list(range(1, 11)) * 5:
        with django_assert_max_num_queries(3) as queries:
            answer = getattr(browser, method)(
                url_of(invitation), {"score": score}, headers={"Purpose": "prefetch", "Sec-Purpose": "prefetch"}
            )
        assert answer.status_code == 200
        assert all(query["sql"].startswith("SELECT") for query in queries.captured_queries)
    assert not Response.objects.exists()
    assert TicketEvent.objects.count() == before


def test_post_records_the_vote_and_thanks(browser: Client, invitation: Invitation) -> None:
    answer = browser.post(url_of(invitation), {"score": "9", "comment": "Quick!"})
    assert (answer.status_code, answer["Location"]) == (302, url_of(invitation))
    assert Response.objects.values_list("score", "comment", "answered_via").get() == (9, "Quick!", "page")
    assert "Your answer: 9 of 10" in browser.get(url_of(invitation)).text


@pytest.mark.parametrize("score", ["0", "11", "7.5", "DROP", "", "٧"])
def test_vote_off_the_scale_is_refused_and_the_comment_kept(
    browser: Client, invitation: Invitation, score: str
) -> None:
    answer = browser.post(url_of(invitation), {"score": score, "comment": "I typed a lot"})
    assert answer.status_code == 400
    assert "I typed a lot" in answer.text
    assert not Response.objects.exists()


def test_too_long_comment_is_refused_and_kept(browser: Client, invitation: Invitation) -> None:
    answer = browser.post(url_of(invitation), {"score": "9", "comment": "x" * 5001})
    assert (answer.status_code, "x" * 5001 in answer.text) == (400, True)


def test_vote_can_be_changed_within_its_window(browser: Client, invitation: Invitation) -> None:
    browser.post(url_of(invitation), {"score": "3"})
    assert 'value="3" required checked' in browser.get(url_of(invitation), {"change": "1"}).text
    browser.post(url_of(invitation), {"score": "9"})
    assert Response.objects.get().score == 9


def test_used_link_is_gone_after_the_window(browser: Client, clock: Any, invitation: Invitation) -> None:
    browser.post(url_of(invitation), {"score": "9"})
    clock.shift(timedelta(days=2))
    assert [
        browser.get(url_of(invitation)).status_code,
        browser.post(url_of(invitation), {"score": "1"}).status_code,
    ] == [410, 410]
    assert Response.objects.get().score == 9


def test_link_is_gone_for_whoever_has_changed_his_vote_too_often(browser: Client, invitation: Invitation) -> None:
    browser.post(url_of(invitation), {"score": "9"})
    Response.objects.update(history=[{"score": 8, "comment": "", "at": "2026-03-02T09:00:00+00:00"}] * 20)
    assert browser.post(url_of(invitation), {"score": "1"}).status_code == 410
    assert Response.objects.get().score == 9


def test_expired_link_is_gone(browser: Client, clock: Any, invitation: Invitation) -> None:
    clock.shift(timedelta(days=14))
    assert [
        browser.get(url_of(invitation)).status_code,
        browser.post(url_of(invitation), {"score": "9"}).status_code,
    ] == [410, 410]


def test_truncated_link_is_bad_and_forged_link_unknown(browser: Client, invitation: Invitation) -> None:
    token = make_token(invitation)
    assert browser.get(f"/survey/{token[:-3]}/").status_code == 400
    assert browser.get(f"/survey/{token[:32]}{'A' * 22}/").status_code == 404


def test_link_of_another_ticket_cannot_be_made_from_ones_own(browser: Client, invitation: Invitation) -> None:
    own = make_token(invitation)
    other = Invitation(uuid=uuid4())
    assert browser.get(f"/survey/{make_token(other)[:32]}{own[32:]}/").status_code == 404


def test_invitation_that_was_never_sent_is_unknown(browser: Client, invitation: Invitation) -> None:
    Invitation.objects.update(state="scheduled")
    assert browser.get(url_of(invitation)).status_code == 404


def test_page_says_nothing_about_the_ticket(browser: Client, invitation: Invitation) -> None:
    pages = [browser.get(url_of(invitation)).text, browser.get(f"/survey/{make_token(invitation)[:-1]}/").text]
    browser.post(url_of(invitation), {"score": "9"})
    pages.append(browser.get(url_of(invitation)).text)
    for secret in ("Secret", "Carla", "carla@", str(invitation.ticket.number), "ana"):
        assert all(secret not in page.replace(make_token(invitation), "") for page in pages)


def test_guessing_is_slowed_down_by_address(browser: Client, invitation: Invitation) -> None:
    forged = f"/survey/{make_token(invitation)[:32]}{'A' * 22}/"
    codes = [browser.get(forged).status_code for _ in range(11)]
    assert codes == [404] * 10 + [429]
    assert browser.get(forged)["Retry-After"]
    assert browser.get(forged, REMOTE_ADDR="192.0.2.7").status_code == 404


def test_honest_customer_behind_a_busy_scanner_can_still_open_his_link(browser: Client, invitation: Invitation) -> None:
    assert {browser.get(url_of(invitation)).status_code for _ in range(30)} == {200}


def test_votes_are_slowed_down_by_address(browser: Client, invitation: Invitation) -> None:
    codes = [browser.post(url_of(invitation), {"score": "8", "comment": str(n)}).status_code for n in range(11)]
    assert codes == [302] * 10 + [429]


def test_page_is_closed_to_frames_scripts_search_engines_and_referrers(browser: Client, invitation: Invitation) -> None:
    answer = browser.get(url_of(invitation))
    assert answer["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert "script-src" not in answer["Content-Security-Policy"]
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer["X-Robots-Tag"]
    assert answer["Cache-Control"] == "no-store"
    assert not answer.cookies


def test_comment_of_the_customer_is_inert_on_the_page(browser: Client, invitation: Invitation) -> None:
    browser.post(url_of(invitation), {"score": "9", "comment": HOSTILE})
    assert HOSTILE not in browser.get(url_of(invitation)).text
    assert HOSTILE not in browser.post(url_of(invitation), {"score": "0", "comment": HOSTILE}).text


def test_page_speaks_the_language_of_the_mail(browser: Client, invitation: Invitation) -> None:
    Invitation.objects.update(language="ar")
    page = browser.get(url_of(invitation), headers={"Accept-Language": "de"}).text
    assert '<html lang="ar" dir="rtl">' in page


def test_stranger_is_told_in_the_language_of_his_browser(browser: Client, db: None) -> None:
    assert "unvollständig" in browser.get("/survey/x/", headers={"Accept-Language": "de-CH,de;q=0.9"}).text


@pytest.mark.parametrize("score", ["0", "10"])
def test_zero_is_a_vote_where_the_scale_has_it(browser: Client, invitation: Invitation, score: str) -> None:
    Survey.objects.update(scale="0-10")
    assert f'value="{score}" required checked' in browser.get(url_of(invitation), {"score": score}).text
    assert browser.post(url_of(invitation), {"score": score}).status_code == 302
    assert Response.objects.get().score == int(score)


def test_low_vote_takes_its_reasons_along_and_a_high_one_none(browser: Client, invitation: Invitation) -> None:
    question = invitation.survey.questions.get()
    page = browser.get(url_of(invitation), {"score": "4"}).text
    assert f'name="q{question.pk}" value="speed"' in page
    sent = {"score": "4", "asked": "1", f"q{question.pk}": ["speed", "ease", "made-up"]}
    assert browser.post(url_of(invitation), sent)["Location"].endswith("?asked=1")
    assert sorted(Response.objects.get().answers.values_list("choice", flat=True)) == ["ease", "speed"]
    browser.post(url_of(invitation), {**sent, "score": "9"})
    assert not Response.objects.get().answers.exists()


def test_who_voted_elsewhere_is_asked_the_reasons_beside_the_thanks(browser: Client, invitation: Invitation) -> None:
    question = invitation.survey.questions.get()
    browser.post(url_of(invitation), {"score": "4"})
    assert "Friendliness" in browser.get(url_of(invitation)).text
    answer = browser.post(url_of(invitation), {"step": "further", "asked": "1", f"q{question.pk}": "friendliness"})
    page = browser.get(answer["Location"]).text
    assert "Friendliness" in page
    assert 'type="checkbox"' not in page
    assert Response.objects.get().score == 4


def test_question_is_asked_in_its_wording_else_in_the_general_one(browser: Client, invitation: Invitation) -> None:
    Survey.objects.update(question="All well?")
    SurveyWording.objects.create(survey=invitation.survey, language="de", question="Alles gut?", thanks="Bis bald!")
    shown = {}
    for language in ("de", "fr"):
        Invitation.objects.update(language=language)
        shown[language] = browser.get(url_of(invitation)).text
    assert "Alles gut?" in shown["de"]
    assert "All well?" in shown["fr"]


def test_own_question_and_thanks_replace_ours(browser: Client, invitation: Invitation) -> None:
    Survey.objects.update(question="Hat es geschmeckt?", thanks="Bis bald!")
    assert "Hat es geschmeckt?" in browser.get(url_of(invitation)).text
    browser.post(url_of(invitation), {"score": "9"})
    assert "Bis bald!" in browser.get(url_of(invitation)).text


def test_logo_is_shown_to_who_has_a_link(browser: Client, invitation: Invitation) -> None:
    brand = Brand.objects.get()
    brand.logo.save("logo.png", ContentFile(b"\x89PNG\r\n\x1a\n"))
    assert "logo/" in browser.get(url_of(invitation)).text
    answer = browser.get(f"{url_of(invitation)}logo/")
    assert (answer.status_code, answer["Content-Type"], answer["X-Content-Type-Options"]) == (
        200,
        "image/png",
        "nosniff",
    )
    assert browser.get("/survey/x/logo/").status_code == 404


def test_logo_that_could_run_scripts_is_not_served(browser: Client, invitation: Invitation) -> None:
    Brand.objects.get().logo.save("logo.svg", ContentFile(b"<svg/>"))
    assert browser.get(f"{url_of(invitation)}logo/").status_code == 404


@pytest.mark.parametrize("method", ["put", "delete", "patch", "options"])
def test_other_methods_are_refused(browser: Client, invitation: Invitation, method: str) -> None:
    assert getattr(browser, method)(url_of(invitation)).status_code == 405
