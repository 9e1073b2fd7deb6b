"""How much of a mail is read at all. What is over a limit is quarantined, never half read."""

MAX_TOTAL_BYTES = 25 * 1024 * 1024
MAX_ASKED_FOR_BYTES = 150 * 1024 * 1024  # of a mail that a person asked for although it is too large
MAX_HEADER_BYTES = 256 * 1024
MAX_DEPTH = 50
MAX_PARTS = 500
MAX_RECIPIENTS = 500

MAX_TEXT_CHARACTERS = 1_000_000  # of `text`; more is cut and flagged
MAX_HTML_CHARACTERS = 5_000_000
MAX_QUOTING_CHARACTERS = 200_000  # of the text in which quoted history is looked for
MAX_PARAMETERS = 1_000  # of one structured header; further ones are ignored
MAX_REFERENCES = 200  # the newest are kept
MAX_SUBJECT_CHARACTERS = 998

IN_PROCESS_BYTES = 256 * 1024  # above that a separate process reads the mail
PARSER_SECONDS = 30
PARSER_ADDRESS_SPACE_BYTES = 1536 * 1024 * 1024
