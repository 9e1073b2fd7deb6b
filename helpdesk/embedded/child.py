"""Becomes another program that ends when its parent ends. Run by path; imports nothing of the product.

Usage: ``python child.py PARENT_PID SIGNAL UID GID PROGRAM ARGUMENT...``; a UID of -1 changes no account.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time

_PR_SET_PDEATHSIG = 1
_WATCH_SECONDS = 0.5


def change_account(*, uid: int, gid: int) -> None:
    """Give up root for good."""
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)


def watch_parent(command: list[str], *, parent: int, death_signal: int) -> int:
    """Where the kernel tells nobody about a dead parent: stay, run the program and look after the parent."""
    process = subprocess.Popen(command)  # noqa: S603  the supervisor's own command line
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, lambda received, frame: process.send_signal(received))
    while process.poll() is None:
        if os.getppid() != parent:
            process.send_signal(death_signal)
            return process.wait()
        time.sleep(_WATCH_SECONDS)
    return process.returncode


def main(arguments: list[str]) -> int:
    parent, death_signal, uid, gid = (int(text) for text in arguments[:4])
    command = arguments[4:]
    if uid >= 0:
        change_account(uid=uid, gid=gid)
    if sys.platform != "linux":
        return watch_parent(command, parent=parent, death_signal=death_signal)
    # After the change of account: that clears the setting.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
    if os.getppid() != parent:  # it died before the line above
        return 1
    os.execv(command[0], command)  # noqa: S606  the supervisor's own command line
    return 127  # not reached: execv returns only by raising


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
