"""How mail programs introduce quoted history and sign, in the languages of their users."""

import re


def _any_of(words: str) -> str:
    return "|".join(re.escape(word) for word in sorted(words.strip("|").split("|"), key=len, reverse=True))


# Our own line in outgoing mails, and those of other helpdesks: "##- ... -##".
REPLY_MARKER = re.compile(
    r"\s*[>\s]*(?:##-.{0,200}-##|[-#=*–— ]{0,20}(?:please )?(?:type your )?(?:reply|respond) above this line.{0,100})\s*",
    re.I,
)

_WROTE = _any_of(
    "wrote|writes|said|schrieb|schrieben|hat geschrieben|geschrieben|écrit|ecrit|escribió|escribio|ha escrito|escribiu|"
    "va escriure|escreveu|ha scritto|scrisse|schreef|geschreven|skrev|kirjoitti|napisał|napisała|napisał(a)|napisal|"
    "napsal|napsala|napsal(a)|napísal|napísala|napísal(a)|pisze|píše|írta|a scris|a scrie|έγραψε|написал|написала|"
    "написал(а)|написа|пишет|писал|написав|написала|пише|napisao|napisala|je napisao|je napisal|je napisala|piše|"
    "yazdı|yazmış|şunu yazdı|şunları yazdı|kirjutas|rakstīja|rašė|parašė|đã viết|viết|เขียน|เขียนว่า|menulis|menulis:|"
    "כתב|כתבה|כתב/ה|مكتوب|كتب|كتبت|كتب/ت|نوشت|نوشته|ने लिखा|लिखा|写道|寫道|写到|寫到|撰写|作成|書きました|書いた|"
    "のメール|のメッセージ|님이 작성|작성|작성했습니다|님이 씀|쓴 글|님이 쓴 글|보낸 메시지|skrifaði|shkroi|scriu"
)
WROTE = re.compile(rf"(?<!\w)(?:{_WROTE})|(?:写道|寫道|書きました|작성|のメール|เขียน)", re.I)

# With what an introduction begins: a word for "on", a weekday, or the date itself.
_ON = _any_of(
    "On|At|Am|Le|El|Il|Em|Op|Den|Dne|Dnia|W dniu|V|Na|Pe|În data de|Στις|В|У|На|tarihinde|Vào|Vào lúc|Pada|"
    "เมื่อ|ב-|ב|בתאריך|في|بتاريخ|در|在|于|於|El dia|Ο|Dana|Dňa|Tarihinde|Ngày|Dňa|Kuupäeval"
)
_WEEKDAY = _any_of(
    "mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so|lun|mar|mer|jeu|ven|sam|dim|mié|mie|jue|vie|sáb|sab|dom|seg|ter|"
    "qua|qui|sex|gio|ma|wo|za|zo|mån|tis|ons|tors|tor|fre|lör|sön|man|tirs|lør|søn|ma|ti|ke|to|pe|la|su|pon|wt|śr|czw|"
    "pt|pią|sob|niedz|nie|po|út|st|čt|pá|so|ne|ut|št|pi|hét|kedd|sze|szo|пн|вт|ср|чт|пт|сб|вс|нд|δευ|τρί|"
    "τετ|πέμ|παρ|σάβ|κυρ|pzt|sal|çar|per|cum|cmt|paz|joi|mie|vin|sâm|mié|sre|čet|pet|ned"
)
INTRO_ON = re.compile(rf"\s*(?:{_ON})(?:[\s,\d.:-]|$)", re.I)
INTRO_START = re.compile(
    rf"\s*(?:(?:{_WEEKDAY})[a-zäöüéèàáâíóúçñšžčěů]{{0,10}}(?:[.,]|\s\d)|\d{{1,4}}[./\-年년\s]|\S{{0,40}}\s?\d{{4}}[-/.年])",
    re.I,
)
EVIDENCE = re.compile(r"@|\b\d{4}\b|\d{4}[年년]|\d{1,2}[:.h]\d{2}|\d{1,2}[./-]\d{1,2}[./-]\d{2}")
# Some languages' introductions have no verb: "2024年5月1日(水) 10:00 山田 <a@example.org>:".
DATE_AND_ADDRESS = re.compile(
    r"\s*(?=.{0,200}(?:\d{4}|\d:\d{2})).{0,300}[<(\[](?:mailto:)?[^<>()@\s]{1,100}@[^<>()@\s]{1,100}[>)\]]{1,2}\s?[:：]?\s*"
)
ENDS_AS_INTRO = re.compile(
    rf"(?:{_WROTE})\W{{0,4}}$|\d{{1,2}}[:.]\d{{2}}(?:\s?(?:Uhr|h|AM|PM))?\W{{0,4}}$|@[^\s@]{{1,100}}\s?[>)\]:：]{{0,4}}$",
    re.I,
)

_ORIGINAL = _any_of(
    "original message|originalmessage|original email|original|ursprüngliche nachricht|ursprungliche nachricht|"
    "originalnachricht|original-nachricht|original nachricht|ursprüngliche e-mail|message d'origine|"
    "message d’origine|message original|message initial|mensaje original|mensagem original|messaggio originale|"
    "messaggio originario|oorspronkelijk bericht|origineel bericht|originalmeddelande|ursprungligt meddelande|"
    "originalt meddelande|oprindelig meddelelse|oprindelig besked|original meddelelse|opprinnelig melding|"
    "alkuperäinen viesti|wiadomość oryginalna|oryginalna wiadomość|treść oryginalnej wiadomości|původní zpráva|"
    "původní e-mail|pôvodná správa|eredeti üzenet|mesaj original|mesajul original|исходное сообщение|"
    "оригинальное сообщение|вихідне повідомлення|оригинално съобщение|αρχικό μήνυμα|orijinal mesaj|orjinal mesaj|"
    "özgün ileti|izvorna poruka|originalna poruka|izvirno sporočilo|algne sõnum|元のメッセージ|原始邮件|原始郵件|原邮件|"
    "原郵件|邮件原件|原始信件|원본 메시지|원본메시지|원본 메일|원본메일|الرسالة الأصلية|הודעה מקורית|thư gốc|"
    "tin nhắn gốc|ข้อความต้นฉบับ|ข้อความเดิม|pesan asli|reply message|antwort|reply|回复的原邮件"
)
ORIGINAL_SEPARATOR = re.compile(rf"\s*[-_=*–—]{{2,80}}\s*(?:{_ORIGINAL})\s*[:：]?\s*[-_=*–—]{{2,80}}\s*", re.I)

_FORWARDED = _any_of(
    "forwarded message|forwarded email|forwarded mail|forwarded by .{0,80}|forwarded|weitergeleitete nachricht|"
    "weitergeleitete e-mail|weitergeleitet|message transféré|message réexpédié|mensaje reenviado|mensagem encaminhada|"
    "mensagem reencaminhada|messaggio inoltrato|doorgestuurd bericht|vidarebefordrat meddelande|"
    "videresendt meddelelse|videresendt besked|videresendt melding|välitetty viesti|edelleenlähetetty viesti|"
    "wiadomość przekazana|przekazana wiadomość|wiadomość przesłana dalej|treść przekazanej wiadomości|"
    "přeposlaná zpráva|přeposlaný e-mail|preposlaná správa|továbbított üzenet|mesaj redirecționat|пересылаемое сообщение|"
    "пересланное сообщение|перенаправленное сообщение|переслане повідомлення|препратено съобщение|"
    "προωθημένο μήνυμα|yönlendirilen mesaj|iletilen mesaj|yönlendirilmiş mesaj|proslijeđena poruka|転送されたメッセージ|"
    "转发的邮件|转发邮件|轉寄郵件|轉寄的郵件|转发信息|전달된 메시지|전달된 메일|الرسالة المعاد توجيهها|رسالة معاد توجيهها|"
    "הודעה שהועברה|thư được chuyển tiếp|ข้อความที่ส่งต่อ|pesan yang diteruskan"
)
FORWARD_SEPARATOR = re.compile(rf"\s*[-_=*–—]{{2,80}}\s*(?:{_FORWARDED})\s*[:：]?\s*[-_=*–—]{{0,80}}\s*", re.I)
_FORWARD_INTRO = _any_of(
    "Begin forwarded message|Anfang der weitergeleiteten Nachricht|Anfang der weitergeleiteten E-Mail|"
    "Début du message transféré|Début du message réexpédié|Inicio del mensaje reenviado|"
    "Início da mensagem reencaminhada|Início da mensagem encaminhada|Inizio messaggio inoltrato|"
    "Inizio del messaggio inoltrato|Begin doorgestuurd bericht|Vidarebefordrat brev|Start på videresendt besked|"
    "Videresendt melding|Välitetty viesti alkaa|Początek przekazywanej wiadomości|Začátek přeposílané zprávy|"
    "Начало переадресованного сообщения|İletilen mesajın başlangıcı|転送されたメッセージ|下面是被转发的邮件|開始轉寄郵件|전달된 메시지"
)
FORWARD_INTRO = re.compile(rf"\s*(?:{_FORWARD_INTRO})\s*[:：]\s*", re.I)
FORWARD_SUBJECT = re.compile(
    r"\s*(?:fwd?|wg|tr|rv|enc|i|doorst|vb|vl|vid(?:eresendt)?|pd|továbbítás|redir|пересл|ilt|转发|轉寄|転送|fyi)\s?[:：]",
    re.I,
)

_FROM = (
    "From|Von|De|Da|Van|Från|Fra|Lähettäjä|Od|Nadawca|Odesílatel|Odosielateľ|Feladó|De la|Expeditor|От|От кого|Від|"
    "Від кого|Από|Kimden|Gönderen|差出人|送信者|发件人|寄件者|寄件人|發件人|보낸 사람|보낸사람|발신|من|المرسل|מאת|Từ|Người gửi|"
    "จาก|ผู้ส่ง|Dari|Pošiljatelj|Saatja|Sender|Desde|Remitente|Mittente|Avsender|Afsender|Expéditeur|Absender|Remetente"
)
_DATE = (
    "Sent|Date|Gesendet|Gesendet am|Datum|Envoyé|Envoyé le|Enviado|Enviado el|Enviada|Enviada em|Enviado em|Fecha|Data|"
    "Inviato|Data invio|Verzonden|Verzonden op|Skickat|Sendt|Dato|Lähetetty|Päivämäärä|Wysłano|Wysłane|Odesláno|Odoslané|"
    "Dátum|Elküldve|Küldve|Trimis|Dată|Отправлено|Дата|Надіслано|Изпратено|Στάλθηκε|Ημερομηνία|Gönderildi|Gönderilme|"
    "Gönderim Tarihi|Tarih|送信日時|日時|日付|发送时间|发送日期|日期|時間|时间|寄件日期|傳送時間|傳送日期|보낸 날짜|보낸날짜|날짜|"
    "보낸 시간|تاريخ الإرسال|تم الإرسال|التاريخ|נשלח|תאריך|Đã gửi|Ngày|Ngày gửi|ส่ง|วันที่|Dikirim|Tanggal|Poslano|Saadetud|"
    "Date Sent|Message du|Enviats|Quando"
)
_TO = (
    "To|An|À|A|Para|Aan|Till|Til|Vastaanottaja|Do|Komu|Címzett|Către|Catre|Кому|До|Προς|Kime|Alıcı|宛先|收件人|收件者|받는 사람|"
    "받는사람|수신|إلى|אל|Đến|Người nhận|ถึง|Kepada|Za|Destinatario|Destinataire|Empfänger|Destinatário|Pour|Prima|Adresat|"
    "Per|K komu|Saaja|Cc|Kopie|Copie|Kopia|Kopi|Copia|Kopio|抄送|副本|참조|Másolatot kap|Копия|Κοιν|Bilgi|نسخة|עותק"
)
_SUBJECT = (
    "Subject|Betreff|Objet|Sujet|Asunto|Assunto|Oggetto|Onderwerp|Ämne|Emne|Aihe|Temat|Předmět|Predmet|Tárgy|Subiect|"
    "Subiectul|Тема|Относно|Θέμα|Konu|件名|主题|主題|主旨|标题|제목|الموضوع|موضوع|נושא|Chủ đề|เรื่อง|Subjek|Perihal|Zadeva|Teema|"
    "Assumpte|Efni"
)
HEADER_LABELS: dict[str, str] = {}
for _kind, _words in (("to", _TO), ("date", _DATE), ("subject", _SUBJECT), ("from", _FROM)):
    HEADER_LABELS |= {word.casefold(): _kind for word in _words.split("|")}

_SENT_FROM = (
    (
        r"(?:sent|send|posted)\s(?:from|via|using|with)\s(?:my|mail|yahoo|outlook|gmail|proton|samsung|the|a|an|e-?mail|blackberry|"
        r"android|iphone|ipad|mobile|aol|windows|tutanota|spark|zoho|fairemail|k-9|myMail|rediffmail|an?|vivaldi|tuta)\b.*"
    ),
    r"get\s(?:outlook|bluemail|spark)\sfor\s.*",
    r"(?:von|aus)\s(?:meinem?|dem|unterwegs)\b.{0,60}\bgesendet.*",
    (
        r"(?:diese nachricht wurde |diese e-mail wurde )?(?:gesendet|verschickt|versendet)\s(?:von|mit|aus|über|via)\s"
        r"(?:meinem?|der|dem|mail|outlook|yahoo|gmx|web|unterwegs|mobil).*"
    ),
    r"(?:diese nachricht wurde )?von meinem\b.*",
    r"envoyé\s(?:de|depuis|à partir|avec|via|par)\s.*|provenance\s*:\s*courrier pour windows.*|télécharger outlook pour.*",
    (
        r"enviado\s(?:desde|do|da|de|a partir|por|via|com|mediante)\s.*|obtener outlook para.*|obter o? ?outlook para.*|"
        r"baixe o outlook para.*"
    ),
    r"inviato\s(?:da|dal|dall['’]|con|tramite)\b.*|scarica outlook per.*|ottieni outlook per.*",
    r"(?:verzonden|verstuurd)\s(?:vanaf|van|met|vanuit|via)\s.*|outlook voor .{0,40}downloaden.*",
    r"(?:skickat|sänt)\s(?:från|via|med)\s.*|hämta outlook för.*|sendt\s(?:fra|via|med)\s.*|hent outlook (?:for|til).*",
    r"lähetetty\s.*|hanki outlook.*|wysłan[eoy]\s(?:z|ze|za|przez)\s.*|pobierz (?:program )?outlook.*",
    r"odesláno\s(?:z|ze|pomocí)\s.*|odoslané\s(?:z|zo|pomocou)\s.*|poslano\s(?:s|sa|z|iz)\s.*|trimis\s(?:de|din|cu)\s.*",
    r"küldve\s.*|.{0,40}(?:küldve|készülékről küldve)|στάλθηκε\sαπό\s.*|εστάλη\sαπό.*",
    r"(?:отправлено|послано)\s(?:с|из|от|через)\s.*|надіслано\s(?:з|із|через)\s.*|изпратено\sот\s.*",
    r".{0,40}(?:['’]?[uüıi]?m?(?:den|dan|ten|tan))\s(?:gönderildi|yollandı).*|gönderen:? .*iphone.*",
    r".{0,30}から送信.*|.{0,30}より送信.*|(?:发自|發自|从|從|來自|来自|寄自)(?:我的)?.{0,30}",
    r"(?:从|從|由)我的.{0,30}(?:发送|發送|傳送|寄出).*|나의 .{0,30}에서 보냄.*|.{0,30}에서 보냄|.{0,30}에서 보낸.*",
    r"(?:أُرسلت|أرسلت|تم الإرسال|مرسل)\sمن\s.*|נשלח\s(?:מ|באמצעות).*|ส่งจาก.*|(?:gửi|được gửi)\stừ\s.*|dikirim\s(?:dari|melalui)\s.*",
    r"sent from .{1,60}",
)
MOBILE_SIGNATURE = re.compile(rf"(?:{'|'.join(_SENT_FROM)})", re.I)
LIST_FOOTER = re.compile(r"_{30,80}\s*")
