"""Who writes on trial channels, and what: people and words that nobody is. Pure data."""

from random import Random

PEOPLE = (
    "Nora Lindqvist", "Tomás Herrera", "Amélie Laurent", "Jonas Becker", "Priya Nair", "Yusuf Demir", "Chloe Martin",
    "Mateo Rossi", "Hana Kobayashi", "Omar Haddad", "Ewa Nowak", "Lucas Silva",
)  # fmt: skip
_TEXTS = {
    "text": (
        "Hi, my parcel should have come on Monday. Where is it?",
        "Hola, ¿puedo cambiar la talla de mi pedido?",
        "Guten Tag, die Rechnung zu meiner Bestellung fehlt noch.",
        "Bonjour, le lien de suivi ne marche pas.",
        "Can I still add a gift card to my order?",
        "The second lamp does not switch on. What shall I do?",
        "Do you ship to Norway, and how long does it take?",
    ),
    "image": ("This is how it arrived.", "Look, the corner is broken.", "Is this the right part?"),
    "location": ("I am here, at the blue door.", "Please deliver it here."),
    "voice": ("",),
    "comment": (
        "Ordered two weeks ago and still nothing!",
        "Does it come in green as well?",
        "Best service so far, thank you.",
    ),
    "review": (
        "Friendly people, but the delivery took a week longer than promised.",
        "Second time that something was missing. Nobody answers the phone.",
        "Everything as described, would buy again.",
    ),
    "call": ("I would like to know when my order comes.",),
}


def person_of(number: int) -> str:
    """The name of the made-up customer with this number."""
    return PEOPLE[number % len(PEOPLE)]


def words_for(act: str, random: Random) -> str:
    """Something that somebody might say while doing ``act``."""
    return random.choice(_TEXTS.get(act, _TEXTS["text"]))
