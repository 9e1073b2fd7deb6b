"""German customers: umlauts, Sie and du, a café, a chat."""

from helpdesk.demo.script import (
    Story,
    asks,
    assigns,
    holds,
    is_asked,
    notes,
    replies,
    resolves,
    tags,
    votes,
    waits,
)

STORIES = (
    Story(key="de-rechnung", who="lotte", day=9, time="10:30", subject="Rechnung fehlt", steps=(
        asks("Guten Tag,\n\nin der Sendung W-20401 lag keine Rechnung. Können Sie mir diese bitte schicken?\n\nFreundliche Grüße\n"
             "Lotte Brunngraber"),
        tags("jonas", "invoice", after="25m"),
        replies("jonas", "Guten Tag Frau Brunngraber,\n\ngern, sie hängt an. Künftig finden Sie alle Rechnungen auch in Ihrem "
                "Konto.", "5m",
                files=("invoice-20401.pdf",)),
        asks("Danke, das ging ja flott!", "1h"), resolves("jonas", "20m"), votes(10, "Sehr freundlich und schnell.", "3h"),
    )),
    Story(key="de-kratzer", who="henning", day=8, time="19:20", subject="Kratzer auf der Tischplatte", steps=(
        asks("Hallo, der Beistelltisch hat einen Kratzer quer über die Platte, siehe Foto. So möchte ich ihn nicht behalten.",
             files=("photo.png",)),
        assigns("mara", "jonas", "13h", team="Refunds and complaints"), tags("jonas", "damaged"),
        replies("jonas", "Hallo Herr Ackerstolz, das ist ärgerlich. Neue Platte oder 25 % Nachlass: was ist Ihnen lieber?", "22m"),
        waits("jonas"), asks("Die neue Platte bitte.", "6h"),
        replies("jonas", "Sie geht morgen raus. Die alte dürfen Sie behalten.", "13h"), resolves("jonas"),
        asks("Sie ist da, aber es fehlen die Schrauben dazu!", "2d"),
        replies("jonas", "Entschuldigung! Die Schrauben sind heute als Brief unterwegs.", "45m"), resolves("jonas"),
        votes(6, "Am Ende gut, aber zweimal nachfragen müssen.", "1d"),
    )),
    Story(key="de-cafe", who="cafe", day=7, time="09:05", subject="Acht Pendelleuchten für unser Café", steps=(
        asks("", html="<div>Liebes Team,<br><br>wir eröffnen im Frühjahr neu und hätten gern <b>acht</b> Pendelleuchten „Ouse“ "
             "in Rauchglas."
             "<br>Gibt es einen Preis für Gewerbe?<br><br>Herzlich<br>Mirjam Feldhauser<br><i>Café Morgenrot</i></div>"),
        tags("samira", "b2b", after="40m"),
        replies("samira", "Liebe Frau Feldhauser, den gibt es: 10 % ab sechs Stück. Das Angebot hängt an.", "50m",
        files=("offer-0039.pdf",)),
        asks("Prima, wir nehmen es an. Lieferung bitte ab 10. des nächsten Monats.", "1d2h"),
        notes("samira", "Auftrag angelegt, Lager weiß Bescheid."),
        replies("samira", "Ist so eingetragen, die Bestätigung kommt gleich. Viel Glück mit der Eröffnung!", "30m"),
        resolves("samira"), votes(10, "Tolle Beratung.", "5h"),
    )),
    Story(key="de-lampe-defekt", who="ulrike", day=5, time="08:15", subject="Stehlampe geht nicht mehr an", steps=(
        asks("Die Stehlampe vom März geht nicht mehr an, auch mit neuer Birne. Was nun?"),
        tags("mara", "damaged", after="10m"),
        replies("mara", "Guten Morgen! Leuchtet sie, wenn Sie den Fußschalter ein paar Mal fest drücken? Manchmal verklemmt er "
                "sich.", "7m"),
        waits("mara"), asks("Tatsächlich! Jetzt geht sie wieder. Peinlich :-)", "3h"),
        replies("mara", "Gar nicht, das ist der Schalter. Ein neuer liegt für Sie in der Post.", "12m"),
        resolves("mara"), votes(9, "", "4h"),
    )),
    Story(key="de-liefertermin", who="torben", day=3, time="16:00", subject="Wann kommt W-20518?", steps=(
        asks("Moin, im Konto steht „in Bearbeitung“ seit Montag. Wann geht das raus?"),
        replies("mara", "Moin Torben, morgen früh: der Schirm kam heute aus der Weberei.", "28m"),
        asks("Alles klar, danke.", "10m"), resolves("mara", "5m"), is_asked(),
    )),
    Story(key="de-hoeren", who="anneliese", day=2, time="09:45", subject="Bitte schreiben statt anrufen", steps=(
        asks("Sehr geehrte Damen und Herren, Ihr Fahrer hat angerufen, ich höre aber sehr schlecht. Bitte teilen Sie mir den Termin "
             "schriftlich mit. Anneliese Wolkner"),
        notes("mara", "Steht jetzt in der Notiz am Kunden und beim Spediteur."),
        replies("mara", "Sehr geehrte Frau Wolkner, das tun wir gern: der Wagen kommt am Donnerstag zwischen 10 und 12 Uhr. Der Fahrer "
                "klingelt und wartet.", "35m"),
        asks("Haben Sie herzlichen Dank. So freundlich ist heute kaum noch jemand.", "4h"), resolves("mara", "10m"),
        votes(10, "Man hat mir zugehört.", "1h"),
    )),
    Story(key="de-offen", who="henning", ago="3h40m", subject="Passt der Schirm auch auf die alte Leuchte?", steps=(
        asks("Hallo zusammen, ich habe die Beck von 2019. Passt der neue Leinenschirm darauf, oder hat sich der Ring geändert?"),
    )),
    Story(key="de-offen-lager", who="ulrike", ago="7h", subject="Rauchglas wieder lieferbar?", steps=(
        asks("Wann gibt es die Ouse wieder in Rauchglas?"),
        replies("jonas", "Das frage ich in der Glashütte nach und melde mich.", "25m"), holds("jonas"),
    )),
    Story(key="de-chat", who="nils", ago="35m", subject="", channel="chat", steps=(
        asks("Hallo, habt ihr auch einen Laden?"), replies("mara", "Hallo! Noch nicht, aber das Lager ist samstags offen.", "4m"),
        asks("Cool, wo ist das?", "2m"),
    )),
    Story(key="de-gutschein", who="lotte", ago="1d6h", subject="Gutschein lässt sich nicht einlösen", steps=(
        asks("Der Gutscheincode aus dem Rundbrief wird nicht angenommen: „ungültig“. Er gilt doch bis Monatsende?"),
        replies("mara", "Das lag an uns, jetzt geht er. Ich habe Ihnen die Frist um eine Woche verlängert.", "20m"), waits("mara"),
    )),
)  # fmt: skip
