"""Words by which somebody says in a text message that he wants no more of them, wants them again, or needs help. Pure.

The English ones are Twilio's own (https://help.twilio.com/articles/223134027) and those the carriers ask for (CTIA Messaging
Principles); beside them what people write in German, French and Spanish. Only a message that is nothing but the word counts: "stop
sending me the wrong size" is a customer's question.
"""

from typing import Literal

Consent = Literal["stop", "start", "help"]

_WORDS: dict[Consent, frozenset[str]] = {
    "stop": frozenset({
        "stop", "stopall", "stop all", "unsubscribe", "cancel", "end", "quit", "revoke", "optout", "opt out", "opt-out",
        "stopp", "abmelden", "abbestellen", "austragen", "ende", "beenden",
        "arret", "arrêt", "arreter", "arrêter", "desabonner", "désabonner", "desinscrire", "désinscrire",
        "alto", "baja", "parar", "cancelar", "detener", "darse de baja",
    }),
    "start": frozenset({
        "start", "yes", "unstop", "starten", "anmelden", "reprendre", "reabonner", "réabonner", "comenzar", "alta", "iniciar",
    }),
    "help": frozenset({"help", "info", "hilfe", "aide", "ayuda", "ayúdame"}),
}  # fmt: skip
_LONGEST = 40


def consent_of(text: str) -> Consent | None:
    """What a text says about consent; None for everything that is more than one of the words."""
    if len(text) > _LONGEST:
        return None
    word = " ".join(text.casefold().split()).strip(" .!?\"'*„“”«»")
    return next((consent for consent, words in _WORDS.items() if word in words), None)
