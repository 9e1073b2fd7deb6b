"""How a person is addressed by the name that a provider gave him. Pure."""

import re

_TITLES = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "miss",
        "mx",
        "dr",
        "prof",
        "sir",
        "madam",
        "herr",
        "frau",
        "hr",
        "fr",
        "m",
        "mme",
        "mlle",
        "monsieur",
        "madame",
        "sr",
        "sra",
        "srta",
        "señor",
        "señora",
        "señorita",
        "don",
        "doña",
    ]
)
_LONGEST = 60


def first_name(name: str) -> str:
    """The name to greet with: “Anna” for “Anna Berg”, “Dr. Anna Berg” and “Berg, Anna”; "" where it is an address or a number."""
    cleaned = " ".join(name.split())
    if not cleaned or "@" in cleaned or "/" in cleaned or not any(letter.isalpha() for letter in cleaned):
        return ""
    family, comma, given = cleaned.partition(",")
    words = (given if comma and given.strip() else family).split()
    titles = 0
    while len(words) > 1 and words[0].rstrip(".").casefold() in _TITLES:
        words.pop(0)
        titles += 1
    if titles and len(words) == 1:
        return ""  # What stands behind a title alone is the family's name.
    word = words[0].strip("\"'“”()[]")
    if not word or re.search(r"[\d_]", word) or len(word) > _LONGEST:
        return ""
    return word
