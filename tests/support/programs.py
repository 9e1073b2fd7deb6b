"""Running a piece of the product in a process of its own, against the database of the test."""

import os
import subprocess
import sys
from pathlib import Path

from django.db import connection

ROOT = Path(__file__).parents[2]


def run_program(program: str, **environment: str) -> int:
    """Run the Python text and return its exit code, negative for a signal."""
    database = connection.settings_dict
    place = f"{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
    variables = os.environ | {"DATABASE_URL": f"postgres://{place}", "PYTHONPATH": str(ROOT)} | environment
    return subprocess.run([sys.executable, "-c", program], env=variables, cwd=ROOT, timeout=120, check=False).returncode
