"""Pairs are measured in turn, and the ratio is taken pair by pair."""

import pytest

from bench.measuring import backend_pid, compare


@pytest.mark.django_db
def test_twice_the_work_takes_about_twice_the_time():
    def work(size: int) -> int:
        sum(number * number for number in range(size))
        return 1

    pid = backend_pid()
    found = compare(reference=lambda: work(200_000), ours=lambda: work(400_000), backends=(pid, pid))
    assert 1.4 < found.ratio < 3


@pytest.mark.django_db
def test_work_of_the_database_counts():
    from django.db import connection

    def sort(rows: int) -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT max(x) FROM (SELECT x FROM generate_series(1, %s) x ORDER BY -x) s", [rows])
        return 1

    pid = backend_pid()
    found = compare(reference=lambda: sort(1000), ours=lambda: sort(300_000), backends=(pid, pid))
    assert found.ratio > 5
