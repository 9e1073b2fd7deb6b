import pytest

from surveys.policies.recovery_questions import asks_question
from surveys.policies.recovery_texts import TEXTS, whole_text


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("It is done. Does it work for you now?", True),
        ("It is done. How is it?\n\nKind regards\nAna\nAcme", True),
        ("Es ist erledigt. Wie sieht es bei Ihnen aus?", True),
        ("تم ذلك. كيف يبدو لك الأمر؟", True),
        ("已经完成。您觉得怎么样?", True),
        ("完了しました。いかがでしょうか?", True),
        ("Έγινε. Πώς σας φαίνεται;", True),
        ("Έγινε. Πώς σας φαίνεται\u037e", True),
        ("It is done; all is well;", False),
        ("It is done.", False),
        ("See https://acme.example/track?order=7", False),
        ("Remember your question?\n\nIt is done.\nAll of it.\nReally.\nRegards\nAna", False),
        ("", False),
        ("It is done. Does it work for you now? And what else is missing?", False),
        ("Is it late? It is done.\nWhat do you think of it?", False),
        ("Is it late?\n1\n2\n3\nIt is done.\nWhat do you think of it?", True),
        ("Is everything fine now??", True),
        ("It is done. Does it work, e.g. on Monday?", True),
        ("Done?", False),
        ("The new parcel is on its way. Fine?", False),
        ("Hello Carla,\nDone?", False),
        ("完了しました。はい?", False),
        ("Έγινε; Πώς σας φαίνεται;", False),
    ],
)
def test_text_ends_with_one_question_in_its_own_script(text: str, asks: bool) -> None:
    assert asks_question(text) is asks


@pytest.mark.parametrize("language", TEXTS)
def test_our_own_words_about_an_action_ask_one_question(language: str) -> None:
    for has_name in (True, False):
        assert asks_question(whole_text(language, "action_done", has_name=has_name))
