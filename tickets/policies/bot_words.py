"""What customers say to a bot in few words: that they want a person, yes, no, skip it. Pure; every language is tried.

To give somebody a person who did not ask for one costs little, to keep one from him who did costs much: so the lists are generous.
"""

from helpdesk.common.text import text_for_search
from tickets.policies.bot_texts import BOT_TEXTS

# Enough alone, wherever it stands in a message of at most so many words.
MOST_WORDS = 30
_SURE_TEXT = """
human humans operator representative agent agents advisor adviser staff mensch menschen mitarbeiter mitarbeiterin
kundenberater berater sachbearbeiter sachbearbeiterin humain conseiller conseillere operateur operatrice humano
humana agente operador operadora asesor asesora موظف موظفة انسان إنسان بشري operatore umano atendente humanos
medewerker konsultant czlowiek оператор человек человеком оператора temsilci insan
"""
_SURE = frozenset(_SURE_TEXT.split())
# Only where little else is said, or after a word for talking.
_MAYBE_TEXT = """
person people someone somebody jemand jemanden jemandem person personne persona alguien quelqu quelqun persoon
iemand persona qualcuno pessoa alguem شخص osoba birisi
"""
_MAYBE = frozenset(_MAYBE_TEXT.split())
_TALK_TEXT = """
talk speak chat connect call real live actual sprechen reden echten echte echter parler vrai vraie hablar real
verdadera spreken echt echte parlare vera falar التحدث اتحدث أتحدث التكلم rozmawiac konusmak
"""
_TALK = frozenset(_TALK_TEXT.split())
_FEW_WORDS = 3
# Of scripts without word spaces: found anywhere.
_UNSPACED = (
    "人工", "真人", "客服人员", "客服人員", "转人工", "担当者", "オペレーター", "人間と", "スタッフ", "เจ้าหน้าที่", "พนักงาน", "คุยกับคน",
    "ភ្នាក់ងារ", "បុគ្គលិក", "និយាយជាមួយមនុស្ស", "상담원", "사람과",
)  # fmt: skip
_YES_TEXT = """
yes yep yeah yup helped solved perfect thanks thank great works ja jep danke geholfen erledigt perfekt super klappt
oui merci parfait resolu si gracias perfecto resuelto نعم شكرا تمام sim obrigado obrigada grazie dank bedankt tak
spasibo
"""
_YES = frozenset(_YES_TEXT.split())
_NO_TEXT = """
no nope not nein nicht non pas nada لا nao niet nie didn't didnt doesn't doesnt wrong falsch leider
"""
_NO = frozenset(_NO_TEXT.split())
_SKIP_TEXT = """
skip none no n/a weiter uberspringen keine weiss passer ignorer omitir saltar تخط لا
"""
_SKIP = frozenset(_SKIP_TEXT.split())
_MOST_YES_WORDS = 4
_MOST_NO_WORDS = 6


def asks_for_a_person(text: str) -> bool:
    """Whether the customer wants to talk to a person."""
    if any(phrase in text for phrase in _UNSPACED):
        return True
    words = _words(text)
    if not words or len(words) > MOST_WORDS:
        return False
    if _own_words() & set(words) or _SURE & set(words):
        return True
    return bool(_MAYBE & set(words)) and (len(words) <= _FEW_WORDS or bool(_TALK & set(words)))


def says_yes(text: str) -> bool:
    """Whether a short answer to "did this help?" is yes; one with a no in it is not."""
    words = set(_words(text))
    return bool(words & _YES) and not words & _NO and len(words) <= _MOST_YES_WORDS


def says_no(text: str) -> bool:
    """Whether a short answer to "did this help?" is no."""
    words = _words(text)
    return bool(set(words) & _NO) and len(words) <= _MOST_NO_WORDS


def skips(text: str) -> bool:
    """Whether the customer does not want to answer a question."""
    words = _words(text)
    own = {word for texts in BOT_TEXTS.values() for word in _words(texts.skip)}
    return 0 < len(words) <= 2 and set(words) <= _SKIP | own


def _own_words() -> set[str]:
    return {word for texts in BOT_TEXTS.values() for word in _words(texts.word_for_a_person)} - _MAYBE - {"persona"}


def _words(text: str) -> list[str]:
    return text_for_search(text[:2000]).split()
