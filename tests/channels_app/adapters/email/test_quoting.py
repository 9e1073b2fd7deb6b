"""What is new in an answer, whatever the program that quoted the rest and the language it speaks."""

import pytest

from channels_app.adapters.email.quoting import reply_text

ANSWER = "Thanks, that helped.\nBye"

INTRODUCTIONS = [
    "On Mon, Jan 1, 2024 at 10:00 AM John Doe <john@example.com> wrote:",
    "On Mon, Jan 1, 2024 at 10:00 AM John Doe <john@example.com>\nwrote:",
    "On Mon, Jan 1, 2024 at 10:00 AM\nTom Smith <tom@example.com> wrote:",
    "On Jan 1, 2024,\nat 10:00,\nTom Smith <tom@example.com> wrote:",
    "---- On Mon, 1 Jan 2024 10:00:00 +0100 john@example.com wrote ----",
    "Am 01.01.2024 um 10:00 schrieb Max Muster:",
    "Am Mo., 1. Jan. 2024 um 10:00 Uhr schrieb Max Muster <\nmax@example.de>:",
    "Max Muster <max@example.de> schrieb am Mo., 1. Jan. 2024, 10:00:",
    "Le lun. 1 janv. 2024 à 10:00, Jean <jean@example.fr> a écrit :",
    "El lun, 1 ene 2024 a las 10:00, Juan (<juan@example.es>) escribió:",
    "Em seg., 1 de jan. de 2024 às 10:00, João <joao@example.br> escreveu:",
    "Il giorno lun 1 gen 2024 alle ore 10:00 Gio <gio@example.it> ha scritto:",
    "Op ma 1 jan 2024 om 10:00 schreef Jan <jan@example.nl>:",
    "Den mån 1 jan. 2024 kl 10:00 skrev Sven <sven@example.se>:",
    "tir. 1. jan. 2024 kl. 10.00 skrev Ole <ole@example.no\n>:",
    "ma 1. tammik. 2024 klo 10.00 Matti (matti@example.fi) kirjoitti:",
    "pon., 1 sty 2024 o 10:00 Jan <jan@example.pl> napisał(a):",
    "po 1. 1. 2024 v 10:00 odesílatel Jan <jan@example.cz> napsal:",
    "Jan <jan@example.hu> ezt írta (időpont: 2024. jan. 1., H, 10:00):",
    "1 янв. 2024 г., в 10:00, Иван <ivan@example.ru> написал(а):",
    "пн, 1 янв. 2024 г. в 10:00, Иван <ivan@example.ru>:",
    "1 Oca 2024 Pzt, 10:00 tarihinde Ali <ali@example.tr> şunu yazdı:",
    "Στις Δευ 1 Ιαν 2024 στις 10:00 μ.μ., ο χρήστης Γ <g@example.gr> έγραψε:",
    "2024年1月1日(月) 10:00 山田 <yamada@example.jp>:",
    "2024年1月1日 10:00、山田 <yamada@example.jp>のメール:",
    "张三 <zhang@example.cn> 于2024年1月1日周一 10:00写道：",
    "在 2024年1月1日，上午10:00，张三 <zhang@example.cn> 写道：",
    "2024년 1월 1일 (월) 오전 10:00, 홍길동 <hong@example.kr>님이 작성:",
    "בתאריך יום ב׳, 1 בינו׳ 2024 ב-10:00 מאת דן <dan@example.il>:",
    "في الاثنين، 1 يناير 2024 في 10:00 ص تمت كتابة ما يلي بواسطة علي <ali@example.sa>:",
    "Vào Th 2, 1 thg 1, 2024 vào lúc 10:00 Nam <nam@example.vn> đã viết:",
    "ในวันที่ จ. 1 ม.ค. 2024 เวลา 10:00 สมชาย <somchai@example.th> เขียนว่า:",
    "Pada Sen, 1 Jan 2024 pukul 10.00 Budi <budi@example.id> menulis:",
    "-----Original Message-----\nFrom: a@example.org\nSent: Monday\nTo: x\nSubject: y\n",
    "________________________________\nFrom: John <john@example.com>\nSent: Monday, January 1, 2024\nTo: S\nSubject: RE: foo",
    "====\n\nMessage du : 01/01/2024 10:00\nDe : Jean <jean@example.fr>\nA : support\nSujet : foo",
    "Von: Max <max@example.de>\nGesendet: Montag, 1. Januar 2024 10:00\nAn: Support\nBetreff: AW: foo",
    "De : Jean <jean@example.fr>\nEnvoyé : lundi 1 janvier 2024\nÀ : Support\nObjet : RE: foo",
    "Da: Gio <gio@example.it>\nInviato: lunedì\nA: support\nOggetto: R: foo",
    "De: Juan\nEnviado el: lunes\nPara: soporte\nAsunto: RE: foo",
    "Van: Jan\nVerzonden: maandag\nAan: support\nOnderwerp: foo",
    "Från: Sven\nSkickat: måndag\nTill: support\nÄmne: foo",
    "Fra: Ole\nSendt: mandag\nTil: support\nEmne: foo",
    "Od: Jan <jan@example.pl>\nWysłano: 1 stycznia\nDo: support\nTemat: foo",
    "Od: Jan <jan@example.cz>\nOdesláno: pondělí\nKomu: podpora\nPředmět: foo",
    "От: Иван <ivan@example.ru>\nОтправлено: 1 января\nКому: s\nТема: foo",
    "Kimden: Ali <ali@example.tr>\nGönderildi: 1 Ocak\nKime: s\nKonu: foo",
    "差出人: 山田 <yamada@example.jp>\n送信日時: 2024年1月1日\n宛先: support\n件名: RE: foo",
    "发件人: 张三 <zhang@example.cn>\n发送时间: 2024年1月1日 10:00\n收件人: s\n主题: foo",
    "보낸 사람: 홍 <hong@example.kr>\n보낸 날짜: 2024년\n받는 사람: s\n제목: foo",
    "מאת: דן <dan@example.il>\nנשלח: יום שני\nאל: s\nנושא: foo",
    "من: علي <ali@example.sa>\nتم الإرسال: 1 يناير\nإلى: s\nالموضوع: foo",
    "*From:* John <john@example.com>\n*Sent:* Monday\n*To:* s\n*Subject:* RE",
    "------------------ 原始邮件 ------------------\n发件人: x",
    "##- Please type your reply above this line -##",
    "##- Bitte schreiben Sie Ihre Antwort über diese Zeile -##",
]


@pytest.mark.parametrize("introduction", INTRODUCTIONS)
@pytest.mark.parametrize("history", ["> old text\n> more of it", "old text that nobody marked"])
def test_history_is_left_out(introduction, history):
    assert reply_text(f"{ANSWER}\n\n{introduction}\n\n{history}\n") == ANSWER


SIGNATURES = [
    "-- \nJohn Doe\nACME Inc",
    "--\nJohn",
    "—————\nSarah Johnson\nProduct Manager",
    "Sent from my iPhone",
    "Sent from Mail for Windows 10",
    "Sent from Yahoo Mail on Android",
    "Get Outlook for iOS<https://aka.ms/x>",
    "Von meinem iPhone gesendet",
    "Gesendet von Mail für Windows",
    "Diese Nachricht wurde von meinem Android-Gerät mit GMX Mail gesendet.",
    "Envoyé de mon iPhone",
    "Envoyé depuis mon mobile Orange",
    "Provenance : Courrier pour Windows",
    "Enviado desde mi iPhone",
    "Enviado do meu iPhone",
    "Inviato da iPhone",
    "Verstuurd vanaf mijn iPhone",
    "Skickat från min iPhone",
    "Sendt fra min iPhone",
    "Lähetetty iPhonesta",
    "Wysłane z iPhone'a",
    "Odesláno z iPhonu",
    "Отправлено с iPhone",
    "iPhone'umdan gönderildi",
    "iPhoneから送信",
    "发自我的iPhone",
    "從我的 iPhone 傳送",
    "나의 iPhone에서 보냄",
    "Στάλθηκε από το iPhone μου",
    "أُرسلت من الـ iPhone",
    "נשלח מה-iPhone שלי",
    "_______________________________________________\nusers mailing list\nusers@lists.example.org",
]


@pytest.mark.parametrize("signature", SIGNATURES)
@pytest.mark.parametrize("history", ["", "\n\nOn Mon, Jan 1, 2024 at 10:00 AM John <j@example.com> wrote:\n> foo\n"])
def test_signature_is_left_out(signature, history):
    assert reply_text(f"Hello, it works.\n\n{signature}{history}") == "Hello, it works."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "On Mon, Jan 1, 2024 at 10:00 AM John <j@x.org> wrote:\n> one?\n\nyes\n\n> two?\n\nno\n\n-- \nme",
            "> one?\n\nyes\n\n> two?\n\nno",
        ),
        (
            "On Mon, Jan 1, 2024 at 10:00 AM John <j@x.org> wrote:\n> question one?\n> more\n\nmy answer below\n",
            "my answer below",
        ),
        ("> question\n\nanswer\n\n> trailing", "> question\n\nanswer"),
        ("Please see:\n\n> quoted\n\nOK then", "Please see:\n\n> quoted\n\nOK then"),
    ],
)
def test_answers_between_and_below_quotes_are_kept(text, expected):
    assert reply_text(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "> only a quote",
        "Sent from my iPhone",
        "On Mon, Jan 1, 2024 at 10:00 AM John <j@x.org> wrote:\n> one?",
        "Hi,\nI wrote on 2024-01-01 the following:\nplease check\nThanks",
        "From: Berlin\nTo: Munich\nDate: 3 May 2024\n\nplease book",
        "On the surface, this looks like it.\nOn average it works.",
        "1. first\n2. second\n-- point needs to be checked\nThanks!",
        "The data comes From: our database, not From: elsewhere.",
        "The notification was sent from my iPhone app to all users.\n\nIt is wrong.\n\na\n\nb\n\nc\n\nd",
        "FYI\n\n---------- Forwarded message ---------\nFrom: A <a@b.org>\nDate: Mon\nSubject: x\nTo: y\n\ncontent",
        "Begin forwarded message:\n\nFrom: A <a@b.org>\nSubject: x\nDate: Mon\nTo: y\n\ncontent",
    ],
)
def test_text_without_history_of_its_own_stays_whole(text):
    assert reply_text(text) == text


@pytest.mark.parametrize("subject", ["Fwd: x", "WG: x", "TR : x", "转发：x"])
def test_what_somebody_forwards_is_content(subject):
    text = "see below\n\nFrom: A <a@b.org>\nSent: Monday\nTo: c\nSubject: x\n\ncontent"
    assert reply_text(text, subject=subject) == text


@pytest.mark.parametrize(
    "html",
    [
        (
            '<div>New</div><div class="gmail_quote"><div class="gmail_attr">On x A wrote:<br></div>'
            '<blockquote class="gmail_quote">old</blockquote></div>'
        ),
        '<p>New</p><blockquote type="cite">old</blockquote>',
        '<p>New</p><div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>From:</b> A</div><div>old</div>',
        '<p>New</p><div class="yahoo_quoted">old</div>',
        '<p>New</p><div class="protonmail_quote">old</div>',
        '<p>New</p><div class="moz-cite-prefix">Am x</div><blockquote type="cite">old</blockquote>',
        '<p>New</p><div class="gmail_signature">Ann</div>',
    ],
)
def test_marked_history_in_html_is_left_out(html):
    assert reply_text("New old", html=html, has_own_text=False) == "New"


def test_forward_in_html_is_kept():
    html = '<p>See</p><div class="gmail_quote"><div class="gmail_attr">---------- Forwarded message ---------<br></div>old</div>'
    assert "old" in reply_text("See old", html=html, has_own_text=False)


def test_html_that_is_all_quote_falls_back_to_the_text():
    assert reply_text("old", html="<blockquote type=cite>old</blockquote>", has_own_text=False) == "old"


def test_long_text_beyond_the_limit_is_kept_whole():
    text = "word " * 60_000
    assert reply_text(text) == text.strip()


@pytest.mark.parametrize(
    "piece", ["> ", "On ", "a wrote:\n", "From: a@b\n", "-", "\n", "On 2024 x@y\n", "-- \n", "_", "Sent from my "]
)
def test_hostile_text_is_read_in_one_pass(piece):
    assert isinstance(reply_text(piece * (200_000 // len(piece))), str)
