"""What this channel answers by itself to HELP, in the customer's language. Pure.

A table in code and not a gettext catalogue: the customer's language has nothing to do with the languages of the admin.
"""

HELP_ANSWERS = {
    "en": "{brand}: write your question here and a person will answer. Reply STOP to get no more messages.",
    "de": "{brand}: Schreiben Sie Ihre Frage hierher, ein Mensch antwortet. Mit STOP erhalten Sie keine Nachrichten mehr.",
    "fr": "{brand} : écrivez votre question ici, une personne vous répondra. Répondez STOP pour ne plus rien recevoir.",
    "es": "{brand}: escriba aquí su pregunta y le responderá una persona. Responda STOP para no recibir más mensajes.",
}
_LANGUAGE_OF_WORD = {"hilfe": "de", "aide": "fr", "ayuda": "es", "ayúdame": "es"}


def help_answer(asked: str, *, brand: str, language: str, own_text: str = "") -> str:
    """The answer to HELP: the channel's own text, else ours in the language of the word or of the channel."""
    if own_text:
        return own_text
    chosen = _LANGUAGE_OF_WORD.get(asked.strip().casefold(), language)
    return HELP_ANSWERS.get(chosen, HELP_ANSWERS["en"]).format(brand=brand)
