import csv
import io

import pytest

from helpdesk.common.cells import cell, table


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+49 30",
        "-1+1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "＝1",
        "  =1",
        "＋1",
        "－1",
        "＠x",
        '=HYPERLINK("http://evil")',
    ],
)
def test_what_a_spreadsheet_would_run_is_text(text: str) -> None:
    assert cell(text).startswith("'")


def test_formula_behind_a_line_break_is_text_too() -> None:
    assert cell("fine\n=1+1") == "fine\n'=1+1"


@pytest.mark.parametrize(
    ("value", "text"), [(None, ""), (0, "0"), (-1.5, "-1.5"), ("Support", "Support"), ("a=b", "a=b")]
)
def test_plain_values_stay_as_they_are(value: object, text: str) -> None:
    assert cell(value) == text


def test_file_is_read_back_as_it_was_written() -> None:
    text = table(["key", "label"], [["a", 'He said "no", twice'], [None, "two\nlines"]])
    assert list(csv.reader(io.StringIO(text, newline=""))) == [
        ["key", "label"],
        ["a", 'He said "no", twice'],
        ["", "two\nlines"],
    ]
