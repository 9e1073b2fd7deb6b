"""Dutch words around a score."""

from surveys.policies.chat_words.words import ChatWords, counted, words

DUTCH = ChatWords(
    numbers=counted("nul - twee drie vier vijf zes zeven acht negen tien een") | {"een": 1},
    weak=words("een"),
    of=words("van de op uit"),
    to=words("tot of tussen"),
    points=words("punt punten ster sterren"),
    talk=words(
        "ik we jullie u je geef geven zou zeg zeggen het is was dat dit een de mijn cijfer score beoordeling "
        "waardering voor ongeveer circa misschien duidelijk dikke dik ruime schaal van op graag maar"
    ),
    praise=words(
        "dank bedankt dankjewel dankuwel wel zeer heel erg goed goede prima super top uitstekend perfect geweldig "
        "fijn fijne snel snelle vriendelijk vriendelijke aardig behulpzaam tevreden ontevreden slecht slechte "
        "langzaam traag service hulp team medewerker werk antwoord alles ja hallo groet groeten en echt ok oke"
    ),
    but=words("maar want omdat echter hoewel"),
    no=words("niet geen nooit zonder"),
    meant=words("sorry bedoelde bedoel liever eigenlijk correctie excuus maar"),
    opens=words("wie hoe welke wat waar wanneer waarom"),
    asks=words(
        "terugbetaling ontbreekt mist kapot beschadigd annuleren factuur bestelling pakket levering dringend "
        "bellen wacht wachten vraag nodig wil sturen aangekomen kwijt verkeerd geld betaald retour ruilen"
    ),
    up=words("ja goed prima top super"),
    down=words("nee slecht"),
)
