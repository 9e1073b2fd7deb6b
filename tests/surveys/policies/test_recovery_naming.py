import pytest

from surveys.policies.recovery_naming import names_mistake
from surveys.policies.recovery_texts import TEXTS, texts_for, whole_text
from tickets.policies.placeholders import placeholders_in

NOTHING = [
    "We are very sorry for the inconvenience caused.",
    "Please accept our sincere apologies for any inconvenience this situation may have caused you.",
    "Sorry for the trouble you have had, thank you for your patience.",
    "Hello Carla,\n\nWe apologise for the bad experience.\n\nKind regards\nAna\nAcme",
    "Wir entschuldigen uns aufrichtig für die entstandenen Unannehmlichkeiten.",
    "Nous vous présentons nos excuses pour le désagrément.",
    "Lamentamos las molestias ocasionadas.",
    "نعتذر عن أي إزعاج",
    "对于给您带来的不便,我们深表歉意。",
    "ご不便をおかけして申し訳ございません。",
    "Ci scusiamo per il disagio arrecato.",
    "Приносим свои извинения за доставленные неудобства.",
    "We apologise wholeheartedly regarding everything that unfortunately happened yesterday.",
    "Wir bedauern zutiefst alles, was gestern leider passiert ist.",
    "Nous regrettons profondément tout ce qui s'est passé hier.",
    "Lamentamos profundamente todo lo que ocurrió ayer.",
]
SOMETHING = [
    "I am sorry that your parcel came a week late.",
    "I apologise: we charged your card twice.",
    "Es tut uns leid, dass der Techniker zweimal nicht kam.",
    "Lo sentimos, su paquete llegó roto.",
    "Toutes nos excuses, le colis est arrivé cassé.",
    "نعتذر لأن الطرد وصل مكسورًا بعد أسبوع.",
    "抱歉,我们把您的包裹寄错了地址,晚了三天。",
    "ご注文の商品を間違えてお送りしてしまい、申し訳ございません。",
]


@pytest.mark.parametrize("text", NOTHING)
def test_stock_phrases_name_no_mistake(text: str) -> None:
    names = ["Carla Customer", "Ana Agent", "Acme"]
    assert not names_mistake(text, names=names)
    assert not names_mistake(text, names=names, known=["My parcel came broken.", "We packed it badly."])


@pytest.mark.parametrize("text", SOMETHING)
def test_apology_that_says_what_went_wrong_names_it(text: str) -> None:
    assert names_mistake(text)


def test_one_word_of_the_customer_is_enough_but_not_one_of_every_apology() -> None:
    assert names_mistake("Sorry about the delay.", known=["The delay cost me a day."])
    assert not names_mistake("Sorry about it.", known=["I am sorry but this was a problem."])


def test_apology_takes_up_what_is_known_or_says_more_of_its_own() -> None:
    known = ["The courier delayed my parcels."]
    assert names_mistake("Sorry for the delay.", known=known)
    assert names_mistake("Sorry, your parcel.", known=known)
    assert not names_mistake("Sorry, our website crashed twice.", known=known)
    assert names_mistake("Sorry, our website crashed twice and lost your basket.", known=known)


@pytest.mark.parametrize("language", TEXTS)
def test_every_language_has_every_text_with_its_place_and_every_mistake(language: str) -> None:
    texts = TEXTS[language]
    assert texts.mistakes.keys() == TEXTS["en"].mistakes.keys()
    wanted = {
        "apology": "recovery.mistake", "plan": "recovery.plan", "action_done": "recovery.action",
        "make_good": "recovery.incentive",
    }  # fmt: skip
    for kind, name in wanted.items():
        assert name in {place.name for place in placeholders_in(whole_text(language, kind, has_name=True))}
    apology = whole_text(language, "apology", has_name=False).partition("{{agent.name}}")[0]
    for key, mistake in texts.mistakes.items():
        assert names_mistake(apology.replace("{{recovery.mistake}}", mistake), known=[mistake]), key
    assert not names_mistake(apology.replace("{{recovery.mistake}}", ""))


def test_texts_are_the_customers_and_english_where_nobody_speaks_his_language() -> None:
    assert [texts_for(code).language for code in ("de-AT", "pt_BR", "", "AR")] == ["de", "en", "en", "ar"]
    assert texts_for("fi", "fr").language == "fr"
