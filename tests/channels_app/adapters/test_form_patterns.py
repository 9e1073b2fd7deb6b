"""Ids that are typed into a channel's form are judged as a whole, and what is wrong with one is said in words."""

import pytest

from channels_app.registry import adapter_class

WRONG = [
    ("x", "user_id", "id 7"),
    ("line", "basic_id", "my @123abcde"),
    ("line", "bot_user_id", "U" + "0" * 31),
    ("viber", "uri", "pa?chatURI=shop"),
    ("wechat", "app_id", "AppID"),
    ("wechat", "original_id", "gh"),
    ("messenger", "page_id", "Page"),
    ("messenger", "username", "@shop"),
    ("instagram", "username", "@shop"),
]


@pytest.mark.parametrize(("kind", "name", "value"), WRONG, ids=[f"{kind} {name}" for kind, name, _value in WRONG])
def test_value_that_only_contains_an_id_is_refused_in_words(kind, name, value):
    form = adapter_class(kind).config_form({name: value})
    assert not form.is_valid()
    message = form.errors[name][0]
    assert message != "Enter a valid value."
