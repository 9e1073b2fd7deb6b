"""Messages to an Instagram account, comments under its media, and mentions of it."""
