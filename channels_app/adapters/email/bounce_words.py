"""How mail servers say that a mail was not delivered, and what their words mean as an RFC 3463 code."""

import re

# Senders: servers, not people.
DAEMON_LOCAL_PARTS = re.compile(
    r"(?:mailer[-_.]?daemon|post[-_.]?master|mail[-_.]?daemon|mdaemon|mail[-_.]?deliver[a-z]*|mmdf|bounces?|mail-?admin|"
    r"microsoftexchange[0-9a-f]+|nobody-bounce|mailerdaemon|notification-bounce|returned-mail|undeliverable|dsn|noreply-dsn)"
)
DAEMON_NAMES = re.compile(
    r"(?i)mail(?:er)?[ -]?daemon|mail delivery (?:sub)?system|post ?master|mail administrator|undeliver|"
    r"microsoft outlook|system administrator|systemadministrator|mail-?zustell|delivery (?:status|failure)"
)

SUBJECTS = re.compile(
    r"(?i)undeliver|returned mail|returned to sender|mail returned|delivery (?:status )?(?:notification|failure|failed|error|"
    r"report|delayed|problem|unsuccessful|incomplete)|delivery has failed|deliver(?:y|ing) .{0,40}(?:failed|delayed)|"
    r"mail delivery|message delivery|failure notice|failure delivery|delivery to .{0,80} failed|mail system error|"
    r"nondeliver|non-deliver|not delivered|could ?n[o']t be delivered|could not deliver|cannot be delivered|"
    r"unable to deliver|rejected|address not found|recipient not found|user unknown|unknown (?:user|recipient)|"
    r"mailbox (?:is )?full|quota|message (?:blocked|not delivered|status|undelivered)|blocked|mail .{0,30}delayed|"
    r"warning: (?:message|could not|e-?mail)|delayed mail|still being retried|"
    r"unzustellbar|nicht zugestellt|nicht zustellbar|zustell(?:ung|fehler)|fehlgeschlagen|unzustellbarkeit|"
    r"non[ -]?(?:remis|distribu|délivr)|échec de (?:la )?(?:remise|distribution)|non livr|"
    r"no (?:se ha podido|se pudo|se puede) entregar|no entregado|no se entreg|imposible entregar|error de entrega|"
    r"não (?:foi possível entregar|entregue|é possível entregar)|falha na entrega|"
    r"mancat[ao] (?:consegna|recapito)|non recapitabile|impossibile recapitare|onbestelbaar|niet bezorgd|niet afgeleverd|"
    r"ej levererbar|kan ikke leveres|ikke leveret|kunne ikke leveres|kan inte levereras|olevererbart|toimitusvirhe|"
    r"nie można dostarczyć|niedostarczon|zwrot|nedoručiteln|nedoručen|kézbesíthetetlen|nelivr|"
    r"не ?доставлен|недоставлен|невозможно доставить|не доставлено|teslim edilemedi|iletilemedi|αδυναμία παράδοσης|"
    r"配信不能|配信できません|送信できません|配信エラー|未配信|退信|无法(?:传递|送达|投递)|無法(?:傳遞|寄達|遞送)|未送达|系统退信|"
    r"배달되지|전송 실패|반송|لم يتم التسليم|تعذر تسليم|לא נמסר|לא ניתן למסור"
)
BODIES = re.compile(
    r"(?i)could ?n[o']t be delivered|was(?: not|n[’']t) delivered|has not been delivered|could not be sent|undeliverable|"
    r"unable to (?:deliver|be delivered)|not able to deliver|wasn[’']t able to deliver|delivery (?:to .{0,120})?(?:has )?failed|"
    r"failed permanently|permanent (?:fatal |delivery )?error|error (?:occurred )?while (?:trying|attempting) to deliver|"
    r"error delivering|(?:has|was) (?:been )?aborted|no valid recipients|failure reasons?|delivery problems|incorrectly constructed|"
    r"host unknown|unknown (?:host|user|recipient)|fatal errors|did not reach|couldn[’']t be delivered|"
    r"cannot be delivered|can[’']t be delivered|not deliver|returned to sender|returned mail|failed recipient|"
    r"delivery problem|has not yet been delivered|temporarily (?:deferred|undeliverable)|"
    r"delivery (?:is|was|has been) delayed|has been delayed|message (?:has been |was )?rejected|address(?:es)? failed|"
    r"user unknown|no such user|mailbox (?:is )?full|over (?:its )?quota|quota exceeded|does not exist|address not found|"
    r"nicht zugestellt|nicht ausgeliefert|unzustellbar|n[’']a pas (?:pu être|été) (?:remis|distribu|livr|délivr)|"
    r"impossible de remettre|no (?:se pudo|se ha podido|pudo|ha podido) (?:ser )?entreg|não (?:pôde|foi) (?:ser )?(?:possível )?entreg|"
    r"non (?:è stato|ha potuto|può essere) .{0,30}(?:consegn|recapit)|niet (?:worden )?(?:bezorgd|afgeleverd|besteld)|"
    r"kunde inte levereras|kunne ikke leveres|nie (?:można|został[ao]?) dostarcz|nebyl[ao]? doruč|nelze doručit|"
    r"не (?:может быть|было|удалось) доставл|не удалось доставить|teslim edilemedi|"
    r"配信(?:でき|され)ません|送信できません|届けできません|无法(?:传递|送达|投递)|"
    r"無法(?:傳遞|寄達|遞送|傳送)|被退回|배달(?:하지|되지)|전송하지 못"
)
DELAYS = re.compile(
    r"(?i)delayed|not yet been delivered|will (?:continue to )?(?:be )?(?:retr|try|attempt)|still (?:being )?(?:retr|try)|"
    r"no action is required|temporar(?:y|ily)|do not need to resend|warning message only|verzögert|vorübergehend|"
    r"retardé|retrasad|in ritardo|vertraagd|задержан"
)
FINAL_WORDS = re.compile(
    r"(?i)permanent|giving up|given up|will not (?:be )?retr|has been returned|5\d\d[ -]|5\.\d+\.\d+"
)

# Where the returned mail begins in a report without parts.
RETURNED_MAIL = re.compile(
    r"(?im)^[> \t]{0,8}(?:"
    r"[-= ]{2,40}\s?(?:below this line is a copy|this is a copy|the header of the original|original message|original-nachricht|"
    r"undelivered message|the original message|unsent message|message header|returned message|copy of|included below|"
    r"message original|mensaje original|message follows|forwarded message|ursprüngliche nachricht|original)|"
    r"original message (?:headers?|follows)|(?:kopfzeilen der )?ursprüngliche[nr]? nachricht(?:enkopfzeilen|enheader)?:|"
    r"en-têtes de message d|encabezados de(?:l)? mensaje original|the following is a copy|a copy of the (?:original )?message|"
    r"received: (?:from|by|with)|return-path: ?<|reporting-mta:|message-id: ?<|content of the message|"
    r"message (?:text|contents?) follows)"
)

ENHANCED_CODE = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
REPLY_CODE = re.compile(r"(?<![\d.])([45]\d\d)(?=[ -]|#|$)")

# Words of servers that give no code (RFC 3463, section 3), from the particular to the general.
MEANINGS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(f"(?i){words}"), code)
    for words, code in (
        (
            (
                r"quota|mailbox (?:is |for .{1,80} is )?full|mailbox size|storage|too many messages|postfach .{0,30}voll|"
                r"inbox is full|insufficient (?:disk )?space|boîte .{0,40}pleine|buzón .{0,30}lleno|casella .{0,30}piena|"
                r"переполнен|容量|已满"
            ),
            "5.2.2",
        ),
        (
            r"(?:mailbox|account|user) (?:is |has been |was )?(?:disabled|inactive|suspended|deactivated|locked)|inactive user",
            "5.2.1",
        ),
        (r"message (?:size|is too (?:big|large))|too large|exceeds? .{0,40}size|size limit|zu groß", "5.3.4"),
        (
            (
                r"(?:host|domain)(?: name)? .{0,80}(?:not found|unknown|does not exist|lookup)|unknown (?:host|domain)|"
                r"unrouteable (?:mail domain|address)|no such (?:host|domain)|name or service not known|domain .{0,60}exist|"
                r"couldn[’']t find any host|nxdomain|no mx"
            ),
            "5.1.2",
        ),
        (
            (
                r"user .{0,60}unknown|unknown (?:user|recipient|address|local)|no such (?:user|recipient|mailbox|address|person)|"
                r"does(?: not|n[’']t) exist|doesn[’']t have|address not found|recipient not found|not found|invalid (?:recipient|mailbox|"
                r"user|address)|no mailbox|mailbox (?:unavailable|not found|unknown)|not a valid|nicht gefunden|unbekannt|existiert nicht|"
                r"n[’']existe pas|inconnu|no existe|desconocid|não existe|non esiste|inesistente|bestaat niet|finns inte|nie istnieje|"
                r"neexistuje|не существует|не найден|見つかり|存在しません|不存在|找不到|없는|존재하지"
            ),
            "5.1.1",
        ),
        (
            (
                r"spam|blocked|blacklist|block ?list|policy|reputation|spf|dkim|dmarc|not permitted|denied|rejected|refused|"
                r"not allowed|unauthori[sz]ed|prohibited|restricted"
            ),
            "5.7.1",
        ),
        (r"loop|too many hops", "5.4.6"),
        (
            (
                r"retry time(?:out)? (?:not reached|exceeded)|timed? ?out|expired|too long|could not connect|connection refused|"
                r"no route|unreachable|could not be delivered for"
            ),
            "4.4.7",
        ),
    )
)
