"""Messages to a Facebook page and comments under its posts."""
