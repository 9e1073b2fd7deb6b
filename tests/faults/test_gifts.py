"""Kills while codes are given away by eight at once: no code twice, none lost, and every customer told of his."""

import signal

from tests.faults.conftest import IS_FULL

CODES = 100 if IS_FULL else 24
WORKERS = 8
STEPS = ("incentive.after_draw", "incentive.before_telling", "recovery.after_telling", "incentive.before_commit")


def test_killed_workers_give_no_code_twice_and_lose_none(world, counted):
    assert world.run("open_corrected_cases", count=CODES) == 0
    killed = 0
    for step in STEPS:
        workers = [world.start("give_codes", turn=turn, failpoint=f"{step}:2") for turn in range(WORKERS)]
        killed += sum(world.wait(pid) == -signal.SIGKILL for pid in workers)
    assert world.run("give_codes", turn=0) == 0
    given = world.query("SELECT case_id, code, message_id FROM surveys_couponcode WHERE state = 'given'")
    told = world.query(
        "SELECT c.code FROM surveys_couponcode c JOIN tickets_message m ON m.id = c.message_id"
        " WHERE m.reply_text LIKE '%(' || c.code || ')%'"
    )
    steps = world.count("surveys_recoverystep WHERE kind = 'make_good' AND state = 'done'")
    sent = world.count("tickets_message WHERE direction = 'out'")
    counted(kills=killed, codes=CODES, given=len(given), told=len(told), sent=sent)
    assert killed
    assert len(given) == len({case for case, _code, _message in given}) == CODES
    assert len(told) == steps == sent == CODES
