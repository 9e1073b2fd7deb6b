"""German, in the polite form."""

from tickets.policies.texts.wording import CaseTexts

GERMAN = CaseTexts(
    language="de",
    ask_photo="Könnten Sie uns bitte ein Foto schicken?",
    ask_document="Könnten Sie uns bitte das Dokument schicken?",
    ask_location="Könnten Sie uns bitte sagen, wo Sie sind?",
    ask_order_number="Könnten Sie uns bitte Ihre Bestellnummer nennen?",
    upload_here="Hier können Sie es uns sicher schicken: {link}",
    moved_to_private_message=(
        "Danke, dass Sie uns Bescheid geben. Damit niemand sonst Ihre Angaben liest, haben wir Ihnen eine private "
        "Nachricht geschickt."
    ),
    moved_with_link=(
        "Danke, dass Sie uns Bescheid geben. Damit niemand sonst Ihre Angaben liest, schreiben Sie uns bitte hier: {link}"
    ),
    first_private_message="Guten Tag, wir schreiben Ihnen zu Ihrer öffentlichen Nachricht. Wie können wir Ihnen helfen?",
    closing_line="Wir haben das mit Ihnen privat besprochen. Danke, dass Sie uns geschrieben haben.",
    title_photo="Schicken Sie uns ein Foto",
    title_document="Schicken Sie uns ein Dokument",
    choose="Dateien auswählen",
    take_photo="Foto aufnehmen",
    or_drop="oder hier ablegen",
    chosen="Ausgewählte Dateien",
    remove="Entfernen",
    rules="Bis zu {count} Dateien, zusammen {size} MB.",
    send="Senden",
    sending="Wird gesendet …",
    sent_title="Danke, es ist angekommen.",
    sent_text="Wir sehen es uns an und schreiben Ihnen dort, wo Sie uns geschrieben haben.",
    send_more="Noch etwas schicken",
    nothing_chosen="Wählen Sie zuerst eine Datei aus.",
    too_many="Bitte schicken Sie höchstens {count} Dateien auf einmal.",
    too_large="Die Dateien sind zusammen größer als {size} MB. Bitte schicken Sie weniger auf einmal.",
    wrong_type="„{name}“ ist keine Art von Datei, die wir hier annehmen können.",
    not_reached="Die Dateien haben uns nicht erreicht. Prüfen Sie die Verbindung und senden Sie sie noch einmal.",
    expired_title="Dieser Link wird nicht mehr gebraucht",
    expired_text=(
        "Wir haben, was wir brauchten, oder es ist einige Zeit vergangen. Antworten Sie einfach auf unsere Nachricht, wenn Sie "
        "etwas schicken möchten."
    ),
    unknown_title="Diesen Link kennen wir nicht",
    unknown_text="Bitte öffnen Sie den Link in unserer Nachricht noch einmal.",
    broken_title="Dieser Link ist unvollständig",
    broken_text="Ein Teil ist unterwegs verloren gegangen. Bitte öffnen Sie den Link in unserer Nachricht noch einmal.",
    busy_title="Einen Moment bitte",
    busy_text="Es waren zu viele Versuche. Bitte versuchen Sie es in einer Minute noch einmal.",
)
