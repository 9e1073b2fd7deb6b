"""The public page that tells customers where they get an answer, and how fast."""
