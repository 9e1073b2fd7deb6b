"""What a fresh installation begins with, also when several hosts begin at once."""

import threading

import psycopg
import pytest
from django.db import connection

from helpdesk.accounts.models import User
from helpdesk.first_start import prepare_first_start

pytestmark = pytest.mark.django_db


def test_second_host_waits_for_the_first_longer_than_an_ordinary_statement_may_wait(agent):
    first_host = psycopg.connect(**connection.get_connection_params() | {"cursor_factory": psycopg.Cursor})
    first_host.execute("SELECT pg_advisory_xact_lock(hashtextextended('first-start', 0))")

    def finish_once_somebody_waits():
        waiting = (
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND pg_sleep(0.05) IS NOT NULL"
        )
        while not first_host.execute(waiting).fetchone()[0]:
            pass
        first_host.commit()

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '10ms'")
    helper = threading.Thread(target=finish_once_somebody_waits)
    helper.start()
    try:
        assert prepare_first_start().password is None
    finally:
        first_host.cancel()
        helper.join()
        first_host.close()
    assert User.objects.count() == 1
