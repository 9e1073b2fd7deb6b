"""German words around a score."""

from surveys.policies.chat_words.words import ChatWords, counted, words

GERMAN = ChatWords(
    numbers=counted("null eins zwei/zwo drei vier funf/fuenf sechs sieben acht neun zehn"),
    weak=words("ein eine einen"),
    against=words("um gegen seit bis uhr"),
    of=words("von auf aus"),
    to=words("bis oder zwischen"),
    points=words("punkt punkte punkten stern sterne sternen"),
    talk=words(
        "ich wir euch mir ihnen dir sie gebe geb geben vergebe wahle bewerte bewertung note wertung das ist war es "
        "eine ein einen der die den dem meine mein wurde wurd sagen sage mal so etwa ca circa ungefahr rund "
        "vielleicht klar klare klarer glatte volle ganz gute skala einer auf von fur dafur hier also bitte nur"
    ),
    praise=words(
        "danke dank vielen herzlichen schon sehr gut gute guter toll tolle super spitze klasse prima perfekt "
        "ausgezeichnet hervorragend freundlich freundliche freundlicher nett nette schnell schnelle schneller "
        "kompetent zufrieden unzufrieden schlecht schlechte schlechter langsam mies katastrophe enttauscht "
        "enttauschend hilfe service support beratung mitarbeiter mitarbeiterin team arbeit antwort alles bestens "
        "okay ok ja hallo lieber gruss grusse liebe mit freundlichen und weiter einfach wirklich echt immer wieder "
        "gerne leider zu lange"
    ),
    but=words("aber weil denn jedoch sondern allerdings obwohl"),
    no=words("nicht kein keine keinen nie niemals ohne"),
    meant=words(
        "sorry entschuldigung entschuldige meinte meine doch lieber vielmehr korrektur sondern verschrieben nein"
    ),
    opens=words("was wer wie welche wo wann warum wieso"),
    asks=words(
        "erstattung ruckerstattung fehlt fehlen kaputt defekt beschadigt storno stornieren kundigen rechnung "
        "bestellung paket lieferung dringend anrufen ruckruf warte warten wartet frage brauche mochte will "
        "schicken angekommen verloren falsch geld bezahlt zurucksenden umtausch"
    ),
    up=words("ja jo gut super toll prima bestens daumen hoch"),
    down=words("nein nee schlecht mies runter"),
)
