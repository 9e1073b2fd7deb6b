"""Reading the files that commands are given; ``-`` is the standard input."""

import sys
from pathlib import Path


def read_input(name: str) -> bytes:
    """The bytes of a file, or of the standard input. Raises OSError."""
    if name == "-":
        return sys.stdin.buffer.read()
    return Path(name).read_bytes()
