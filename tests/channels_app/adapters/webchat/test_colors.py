import pytest

from channels_app.adapters.webchat.colors import GROUNDS, accents, contrast


def test_black_on_white_is_the_highest_contrast():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize(
    "chosen", ["#ffff00", "#ffffff", "#000000", "#3350c8", "#ff6600", "#777777", "#00ffcc", "#1b1e25", "#c8102e"]
)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_whatever_is_chosen_can_be_read_in_both_themes(chosen, theme):
    accent = accents(chosen)[theme]
    assert contrast(accent.text, accent.fill) >= 4.5
    assert contrast(accent.ink, GROUNDS[theme]) >= 4.5
    assert contrast(accent.fill, GROUNDS[theme]) >= 3


def test_colour_that_can_be_read_stays_as_it_was_chosen():
    assert accents("#3350c8")["light"].fill == "#3350c8"


@pytest.mark.parametrize("chosen", ["", "red", "#fff", "url(x)", "#12345g"])
def test_what_is_no_colour_is_the_default(chosen):
    assert accents(chosen) == accents("#3350c8")
