"""Feeds and tables of reviews, and what must never be read."""

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from channels_app.adapters.base import ChannelConfig, ParseError, RawEvent
from channels_app.adapters.review_feed.adapter import ReviewFeedAdapter
from channels_app.adapters.review_feed.tables import read_rating, read_time
from channels_app.policies.ratings import five_stars

PAYLOADS = Path(__file__).parent / "payloads"


@pytest.fixture
def read():
    def parse(body, content_type="", **config):
        raw = (PAYLOADS / body).read_bytes() if isinstance(body, str) else body
        return ReviewFeedAdapter(ChannelConfig(config=config)).parse(RawEvent(body=raw, content_type=content_type))

    return parse


def test_atom_entry_is_a_review(read):
    (item,) = read("example.xml", "application/atom+xml")
    assert (item.external_id, item.author.name, item.title, item.rating) == (
        "11500000001",
        "carla99",
        "Keeps closing",
        2.0,
    )
    assert item.text == "Since the update it closes & forgets my list."
    assert item.sent_at == datetime(2026, 11, 15, 1, 21, 7, tzinfo=UTC)
    assert item.url == "https://apps.example/review?id=11500000001"


def test_rss_item_is_a_review_without_its_markup(read):
    (item,) = read("feed.rss.xml")
    assert (item.external_id, item.author.name, item.rating, item.scale) == ("rv-1", "Ben Berg", 8.0, 10)
    assert "Good soup" in item.text
    assert "<" not in item.text
    assert "alert" not in item.text
    assert item.sent_at == datetime(2026, 11, 14, 17, 21, 7, tzinfo=UTC)


def test_table_is_read_by_its_headings(read):
    first, second = read("export.csv")
    assert (first.external_id, first.author.name, first.rating) == ("t-1", "Carla Cruz", 4.5)
    assert first.text == "Good; and\nfast."
    assert first.details["claimed"] == {"order": "4711"}
    assert first.sent_at == datetime(2026, 11, 14, tzinfo=UTC)
    assert second.text == '=HYPERLINK("http://evil.example")'


def test_columns_are_those_of_the_settings(read):
    body = b"Wertung,Meinung,Wer\n8,Gut,Ben\n"
    (item,) = read(body, "text/csv", scale=10, column_rating="Wertung", column_text="Meinung", column_author="Wer")
    assert (five_stars(item.rating, scale=item.scale), item.text, item.author.name) == (4.1, "Gut", "Ben")
    with pytest.raises(ParseError):
        read(body, "text/csv", column_text="Nirgends")


def test_bad_lines_are_named_and_the_others_read(read):
    body = b"id,rating,text,date\na,5,fine,2026-11-01\nb,nine,x,2026-11-01\nc,7,x,2026-11-01\nd,3,x,someday\ne,,,\n"
    with pytest.raises(ParseError) as fault:
        read(body)
    assert [item.external_id for item in fault.value.items] == ["a"]
    assert [part.partition(":")[0] for part in fault.value.message.splitlines()] == [
        "line 3",
        "line 4",
        "line 5",
        "line 6",
    ]


def test_edit_of_a_row_without_an_id_stays_the_same_review(read):
    before, after = (read(f"author,text,date\nBen,{text},2026-11-01\n".encode())[0] for text in ("one", "two"))
    assert before.external_id == after.external_id
    assert before.dedup_key != after.dedup_key


@pytest.mark.parametrize(
    ("written", "rating"),
    [("", None), ("4", 4.0), ("4.5", 4.5), ("4,5", 4.5), ("4/5", 4.0), ("★★★☆☆", 3.0), ("0", 0.0)],
)
def test_ratings_are_read_as_sites_write_them(written, rating):
    assert read_rating(written, scale=5) == rating


@pytest.mark.parametrize("written", ["6", "-1", "five", "=5", "1e3", "²", "4.5.5", "nan"])
def test_what_is_no_rating_is_refused(written):
    with pytest.raises(ParseError):
        read_rating(written, scale=5)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-11-30", 30),
        ("2026-11-30T23:00:00-02:00", 1),
        ("30.11.2026", 30),
        ("30/11/2026", 30),
        ("Nov 30, 2026", 30),
    ],
)
def test_dates_are_read_as_sites_write_them(written, day):
    assert read_time(written).day == day


def test_content_type_is_guessed_from_the_beginning(read):
    assert read(b"\xef\xbb\xbf" + (PAYLOADS / "feed.rss.xml").read_bytes())
    assert read((PAYLOADS / "export.csv").read_bytes(), "application/octet-stream")
    assert read("id\ttext\n1\tHi\n".encode("utf-16"))


HOSTILE = {
    "external entity": b'<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><item><guid>1</guid><title>&x;</title></item></rss>',
    "laughs": b'<!DOCTYPE r [<!ENTITY a "l"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><rss>&b;</rss>',
    "no feed": b"<html><body>Log in</body></html>",
    "cut": b"<rss><channel><item>",
    "too many rows": b"id,text\n" + b"1,x\n" * 10_002,
    "open quote": b'id,text\n1,"never ends\n',
    "only headings": b"id,text\n",
    "no column": b"colour,size\nred,3\n",
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_hostile_file_is_a_parse_error_at_once(read, name):
    started = time.perf_counter()
    with pytest.raises(ParseError):
        read(HOSTILE[name])
    assert time.perf_counter() - started < 0.5
