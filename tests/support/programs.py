"""Running a piece of the product in a process of its own, against the database of the test."""

import os
import subprocess
import sys
from pathlib import Path

from django.db import connection

ROOT = Path(__file__).parents[2]


def run_program(program: str, **environment: str) -> int:
    """Run the Python text and return its exit code, negative for a signal."""
    # The suite's DATABASE_URL names the server; only the test's own database is another one there.
    name = connection.settings_dict["NAME"]
    prefix = f"import django; django.setup(); from django.db import connection; connection.settings_dict['NAME'] = {name!r}\n"
    variables = os.environ | {"PYTHONPATH": str(ROOT)} | environment
    command = [sys.executable, "-c", prefix + program]
    return subprocess.run(command, env=variables, cwd=ROOT, timeout=120, check=False).returncode
