#!/usr/bin/env python
"""Runs the commands of the product; each with the database that it needs."""

import os
import sys
from pathlib import Path


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
    try:
        from django.core.management import execute_from_command_line
        from environ import Env
    except ImportError as error:
        raise SystemExit(
            "The requirements are not installed: run make run, or pip install -r requirements.txt"
        ) from error

    from helpdesk.embedded.commands import database_for

    # Before anything else reads the environment. What is set already wins.
    Env.read_env(Path(__file__).resolve().parent / ".env")
    with database_for(sys.argv[1:]):
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
