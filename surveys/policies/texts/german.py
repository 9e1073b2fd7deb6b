"""Deutsch."""

from surveys.policies.texts.wording import SurveyTexts

GERMAN = SurveyTexts(
    language="de",
    mail_subject="Wie war es? Ein Klick, von 1 bis 10",
    greeting="Guten Tag {name},",
    greeting_without_name="Guten Tag,",
    opening="Sie hatten mit uns Kontakt wegen „{subject}“.",
    how_to_answer="Wählen Sie eine Zahl. Es öffnet sich eine Seite; Ihre Antwort zählt, sobald Sie dort auf Senden drücken.",
    closing="Wenn noch etwas offen ist, antworten Sie einfach auf diese Mail. Ein Mensch liest sie.",
    goodbye="Vielen Dank",
    question="Wie zufrieden sind Sie mit unserer Hilfe?",
    lowest="gar nicht zufrieden",
    highest="vollkommen zufrieden",
    comment="Möchten Sie uns sagen, warum?",
    comment_hint="Freiwillig. Die Menschen, die Ihnen geholfen haben, lesen es.",
    send="Senden",
    score_missing="Bitte wählen Sie eine Zahl von 1 bis 10.",
    comment_too_long="Bitte kürzen Sie Ihren Kommentar auf 5000 Zeichen.",
    thanks="Vielen Dank! Ihre Antwort ist bei uns angekommen.",
    your_answer="Ihre Antwort: {score} von 10",
    change_until="Sie können sie bis {until} ändern.",
    change="Antwort ändern",
    answered_title="Sie haben schon geantwortet. Vielen Dank!",
    answered_text="Ihre Antwort liegt uns vor und hilft uns, besser zu werden.",
    expired_title="Diese Frage ist abgelaufen",
    expired_text="Danke, dass Sie sich die Zeit nehmen. Der Link galt nur eine Weile. Wenn Sie etwas auf dem Herzen "
    "haben, schreiben Sie uns einfach.",
    unknown_title="Diesen Link kennen wir nicht",
    unknown_text="Bitte öffnen Sie ihn noch einmal aus unserer Mail. Wenn Sie etwas auf dem Herzen haben, schreiben Sie "
    "uns einfach.",
    broken_title="Dieser Link ist unvollständig",
    broken_text="Ein Teil scheint unterwegs verloren gegangen zu sein. Bitte öffnen Sie ihn noch einmal aus unserer Mail.",
    busy_title="Einen Augenblick bitte",
    busy_text="Von Ihrem Anschluss kamen viele Anfragen. Bitte versuchen Sie es in einer Minute noch einmal.",
)
