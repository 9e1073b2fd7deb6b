"""Votes under load: everybody answers while a scanner fetches every link ten times, and a process of the web is killed."""

from tests.faults.conftest import IS_FULL

CUSTOMERS = 3000 if IS_FULL else 24
FETCHES = 10
VOTES = """
SELECT count(*), count(DISTINCT invitation_id),
    count(*) FILTER (WHERE score = 1 + invitation_id % 10 AND comment = 'Comment ' || invitation_id AND answered_via = 'page'),
    count(*) FILTER (WHERE history <> '[]')
FROM surveys_response
"""
REASONS = "surveys_answer a JOIN surveys_response r ON r.id = a.response_id WHERE a.choice = 'speed' AND r.score <= 6"


def test_every_vote_is_a_customers_and_none_is_a_scanners(world, counted):
    assert world.run("end_many_contacts", count=CUSTOMERS) == 0
    assert world.run("ask_everybody") == 0
    assert world.run("scan_everything", times=2) == 0
    assert world.count("surveys_response") == 0
    scanner = world.start("scan_everything", times=FETCHES - 2)
    first = world.start("vote_everybody", worker=0, workers=2)
    killed = world.start("vote_everybody", worker=1, workers=2, failpoint=f"voting.before_commit:{CUSTOMERS // 4}")
    assert world.wait(killed) == -9
    assert world.run("vote_everybody", worker=1, workers=2) == 0
    assert (world.wait(first), world.wait(scanner)) == (0, 0)
    stored, invitations, right, changed = world.query(VOTES)[0]
    events = world.count("tickets_ticketevent WHERE kind = 'survey.answered'")
    low = world.count("surveys_response WHERE is_low")
    counted(customers=CUSTOMERS, fetches=CUSTOMERS * FETCHES, stored=stored, by_the_scanner=stored - right, kills=1)
    assert (stored, invitations, right, changed, events) == (CUSTOMERS, CUSTOMERS, CUSTOMERS, 0, CUSTOMERS)
    assert (low, world.count(REASONS), world.count("surveys_answer")) == (low, low, low)
