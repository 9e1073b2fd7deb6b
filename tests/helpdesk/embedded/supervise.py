"""A small program that supervises what its arguments say, for the tests: ``supervise.py NAME=SHELL_COMMAND ...``."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from helpdesk.embedded.console import Console
from helpdesk.embedded.errors import StartError
from helpdesk.embedded.processes import ChildSpec
from helpdesk.embedded.supervisor import Supervisor

console = Console()
try:
    with Supervisor(console) as supervisor:
        for argument in sys.argv[1:]:
            name, _, command = argument.partition("=")
            supervisor.start(
                ChildSpec(
                    name=name,
                    command=("/bin/sh", "-c", command),
                    grace_seconds=float(os.environ.get("GRACE", "2")),
                    stops_last=name.startswith("last"),
                )
            )
        console.say("all started")
        supervisor.watch()
except KeyboardInterrupt:
    console.say("stopped")
except StartError as error:
    sys.exit(str(error))
