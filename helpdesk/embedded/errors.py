"""What stops a start, in words for the person at the terminal."""


class StartError(Exception):
    """A start that cannot go on. The text says what is wrong and what to do about it."""


class StartRefused(StartError):
    """Refused before anything was started or changed: the port is taken, another instance runs, ..."""
