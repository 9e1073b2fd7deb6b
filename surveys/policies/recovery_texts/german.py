"""German."""

from surveys.policies.recovery_texts.wording import RecoveryTexts

GERMAN = RecoveryTexts(
    language="de",
    greeting="Guten Tag {{customer.first_name}},",
    greeting_without_name="Guten Tag,",
    goodbye="Freundliche Grüße",
    apology="es tut mir leid. {{recovery.mistake}} Das hätte Ihnen nicht passieren dürfen, und es war nicht Ihr Fehler.\n\n"
    "Ich kümmere mich selbst darum, bis es in Ordnung ist, und Sie hören bei jedem Schritt von mir. "
    "Was ist Ihnen jetzt am wichtigsten?",
    plan="danke, dass Sie uns offen gesagt haben, was schiefgegangen ist. Das tun wir jetzt, und bis wann:\n\n"
    "{{recovery.plan}}\n\nSobald etwas davon erledigt ist, schreibe ich Ihnen. Was fehlt, oder was würden Sie anders machen?",
    plan_line="{action}: bis {date}",
    plan_line_without_date="{action}",
    action_done="wie versprochen, das ist erledigt: {{recovery.action}}.\n\nWie sieht es aus Ihrer Sicht aus?",
    make_good="Sie hatten unseretwegen Ärger, und das möchten wir wiedergutmachen: {{recovery.incentive}}.\n\n"
    "Das ersetzt nicht die Korrektur, die wir ebenfalls vorgenommen haben. Was können wir sonst noch für Sie tun?",
    review_update="Sie haben öffentlich geschrieben, was schiefgegangen ist, und zwar zu Recht. Inzwischen ist es in Ordnung "
    "gebracht.\n\nWenn Sie das auch so sehen: Würden Sie Ihre Bewertung noch einmal ansehen? Ob und was Sie ändern, entscheiden "
    "allein Sie, und es ändert nichts daran, wie wir mit Ihnen umgehen.",
    mistakes={
        "own_mistake.late_answer": "Wir haben Sie viel zu lange auf eine Antwort warten lassen.",
        "own_mistake.wrong_answer": "Unsere Antwort war falsch oder unvollständig.",
        "own_mistake.forgotten": "Wir haben Ihnen etwas versprochen und es dann vergessen.",
        "own_mistake.tone": "Wie wir Ihnen geschrieben haben, war nicht freundlich genug.",
        "own_mistake.done_wrong": "Wir haben Ihren Auftrag falsch ausgeführt.",
        "product.defect": "Was Sie von uns bekommen haben, hat nicht funktioniert.",
        "product.quality": "Was Sie von uns bekommen haben, war nicht so gut, wie Sie es erwarten dürfen.",
        "product.missing": "Dem, was Sie von uns bekommen haben, fehlte etwas, das Sie brauchen.",
        "product.hard_to_use": "Wir haben es Ihnen zu schwer gemacht, das Gekaufte zu benutzen.",
        "process.slow": "Es hat bei uns viel zu lange gedauert.",
        "process.handovers": "Wir haben Sie von einem zum nächsten geschickt, und Sie mussten alles noch einmal erklären.",
        "process.rules": "Unsere Regeln standen Ihnen im Weg, und niemand hat sie Ihnen erklärt.",
        "process.billing": "Ihre Rechnung oder Erstattung stimmte nicht.",
        "expectation.promised": "Ihnen wurde etwas anderes versprochen, als Sie bekommen haben.",
        "expectation.misunderstood": "Wir haben Sie falsch verstanden und nicht nachgefragt.",
        "expectation.price": "Wir haben Ihnen den Preis vorher nicht klar genannt.",
        "third_party.carrier": "Die Lieferung ging schief. Den Zusteller haben wir ausgesucht, also stehen wir dafür ein.",
        "third_party.supplier": "Unser Lieferant hat Sie im Stich gelassen. Wir haben ihn ausgesucht, also stehen wir dafür ein.",
        "third_party.payment": "Ihre Zahlung ging schief. Den Zahlungsdienst haben wir ausgesucht, also stehen wir dafür ein.",
        "third_party.outage": "Ein Dienst, auf den wir angewiesen sind, war ausgefallen, und Sie kamen nicht weiter.",
    },
    stock_phrases="wir ich uns mir es tut tun leid sehr aufrichtig entschuldigung entschuldigungen entschuldigen bitte bitten "
    "bedauern verzeihung für die das den der unannehmlichkeiten unannehmlichkeit umstände entstandenen entstandene ihre ihr "
    "ihnen sie verständnis danke vielen dank geduld situation problem fehler vorfall leider guten tag hallo liebe lieber sehr "
    "geehrte geehrter freundliche grüße team und haben hat wurde worden um dies dass ist nochmals",
)
