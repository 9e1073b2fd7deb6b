"""Outlives a supervisor that was killed and ends what it left, grandchildren too. Run by path, needs nothing else.

Reads lines from standard input: ``add PID SIGNAL LAST`` (LAST is 1 for what must outlive the others, such as the
database), ``remove PID``, ``done``. An end of the input without ``done`` means that the supervisor is dead.
"""

import os
import signal
import sys
import time

_GRACE_SECONDS = {False: 3.0, True: 20.0}


def is_alive(pid: int) -> bool:
    """Whether that process, or one of the group that it leads, is still there."""
    for send in (os.killpg, os.kill):
        try:
            send(pid, 0)
        except ProcessLookupError:
            continue
        except PermissionError:
            return True
        return True
    return False


def send(pid: int, number: int, *, to_group: bool) -> None:
    try:
        (os.killpg if to_group else os.kill)(pid, number)
    except OSError:
        return  # gone already


def end(processes: dict[int, int], *, grace_seconds: float) -> None:
    """Ask each to stop, give them the time together, then kill whole groups."""
    for pid, number in processes.items():
        send(pid, number, to_group=False)
    deadline = time.monotonic() + grace_seconds
    while time.monotonic() < deadline and any(is_alive(pid) for pid in processes):
        time.sleep(0.1)
    for pid in processes:
        send(pid, signal.SIGKILL, to_group=True)


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    known: dict[int, tuple[int, bool]] = {}
    for line in sys.stdin:
        verb, *values = line.split()
        if verb == "done":
            return
        if verb == "add":
            known[int(values[0])] = (int(values[1]), values[2] == "1")
        else:
            known.pop(int(values[0]), None)
    for is_last in (False, True):
        processes = {pid: number for pid, (number, last) in known.items() if last == is_last}
        end(processes, grace_seconds=_GRACE_SECONDS[is_last])


if __name__ == "__main__":
    main()
