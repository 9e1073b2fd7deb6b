"""Italian words around a score."""

from surveys.policies.chat_words.words import ChatWords, counted, words

ITALIAN = ChatWords(
    numbers=counted("zero uno due tre quattro cinque sei sette otto nove dieci un una") | {"un": 1, "una": 1},
    weak=words("un una"),
    own=words("sei due tre"),
    doubtful=words("sei"),
    of=words("su di"),
    to=words("a o fino al"),
    points=words("punto punti stella stelle"),
    talk=words(
        "io vi ti gli do dai darei dare metto direi dico il la lo un una e era sarebbe voto valutazione punteggio "
        "mio mia per come circa forse chiaro pieno scala da favore"
    ),
    praise=words(
        "grazie mille molto bene bravo bravi buono buona ottimo ottima eccellente perfetto perfetta fantastico "
        "veloce rapido gentile gentili cortese disponibile contento contenta soddisfatto soddisfatta male cattivo "
        "pessimo pessima lento servizio assistenza aiuto lavoro risposta squadra tutto si ciao saluti ed davvero "
        "ok"
    ),
    but=words("ma perche pero tuttavia bensi"),
    no=words("non no mai senza"),
    meant=words("scusa scusate scusi volevo dire anzi correzione piuttosto"),
    opens=words("chi come quale cosa che quando dove perche"),
    asks=words(
        "rimborso manca mancano rotto rotta danneggiato annullare fattura ordine pacco consegna urgente chiamare "
        "chiamatemi aspetto aspettando domanda bisogno voglio vorrei spedire arrivato perso soldi pagato "
        "reso cambio"
    ),
    up=words("si bene buono ottimo perfetto"),
    down=words("no male pessimo"),
)
