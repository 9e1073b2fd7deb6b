"""Votes under load: everybody answers while scanners fetch every link of every mail, and a process of the web is killed."""

from tests.faults.conftest import IS_FULL
from tests.faults.vote_jobs import fetches_in

CUSTOMERS = 3000 if IS_FULL else 12
LINKS = 10 * CUSTOMERS
# Half of them by GET, half by HEAD.
FETCHES_OF_A_LINK = 10 if IS_FULL else 2
SCANNERS = 2
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
    assert [world.wait(scanner) for scanner in scan(world, 0, 1)] == [0] * SCANNERS
    assert world.count("surveys_response") == 0
    scanners = scan(world, 1, FETCHES_OF_A_LINK)
    first = world.start("vote_everybody", worker=0, workers=2)
    killed = world.start("vote_everybody", worker=1, workers=2, failpoint=f"voting.before_commit:{CUSTOMERS // 4}")
    assert world.wait(killed) == -9
    assert world.run("vote_everybody", worker=1, workers=2) == 0
    assert [world.wait(worker) for worker in (first, *scanners)] == [0] * (1 + SCANNERS)
    fetched = fetches_in(world.folder)
    stored, invitations, right, changed = world.query(VOTES)[0]
    events = world.count("tickets_ticketevent WHERE kind = 'survey.answered'")
    low = world.count("surveys_response WHERE is_low")
    counted(
        customers=CUSTOMERS, links=len(fetched), fetches=fetched.total(), stored=stored, by_a_scanner=stored - right, kills=1
    )  # fmt: skip
    assert (len(fetched), set(fetched.values())) == (LINKS, {FETCHES_OF_A_LINK})
    assert (stored, invitations, right, changed, events) == (CUSTOMERS, CUSTOMERS, CUSTOMERS, 0, CUSTOMERS)
    assert (low, world.count(REASONS), world.count("surveys_answer")) == (low, low, low)


def scan(world, first, last):
    """Let every scanner take its share of the mails at the same time; their pids."""
    return [
        world.start("scan_everything", worker=worker, workers=SCANNERS, first=first, last=last)
        for worker in range(SCANNERS)
    ]
