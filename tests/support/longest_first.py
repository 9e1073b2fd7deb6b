"""The files of tests that take longest begin first, so that no process is left with one of them at the end."""

import pytest

# Seconds on two busy cores, from `--durations=0`; whatever takes less than ten is not worth a line.
LONGEST = {
    "tests/test_admin_routes.py": 75,
    "tests/helpdesk/test_up.py": 70,
    "tests/journeys/test_webchat.py": 60,
    "tests/tickets/admin/test_in_browser.py": 42,
    "tests/helpdesk/embedded/test_postgres.py": 32,
    "tests/tickets/admin/test_composer_in_browser.py": 31,
    "tests/faults/test_outbound.py": 30,
    "tests/surveys/services/test_asking_under_stress.py": 26,
    "tests/tickets/services/test_splitting.py": 25,
    "tests/tickets/services/test_customer_merging.py": 22,
    "tests/faults/test_inbound.py": 20,
    "tests/faults/test_restarts.py": 20,
    "tests/faults/test_polling.py": 18,
    "tests/helpdesk/test_demo.py": 17,
    "tests/helpdesk/embedded/test_sharing.py": 16,
    "tests/reporting/services/test_facts.py": 16,
    "tests/channels_app/adapters/email/test_polling.py": 16,
    "tests/helpdesk/embedded/test_supervisor.py": 15,
    "tests/api/test_errors.py": 15,
    "tests/api/test_lists.py": 12,
    "tests/helpdesk/test_commands_load.py": 11,
    "tests/api/test_bodies.py": 10,
}


def longest_first(items: list[pytest.Item]) -> None:
    """Order the tests by what their files take; the order within a file stays."""
    items.sort(key=lambda item: -LONGEST.get(item.nodeid.partition("::")[0], 0))
