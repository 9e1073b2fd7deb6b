"""Polish words around a score."""

from surveys.policies.chat_words.words import ChatWords, counted, words

POLISH = ChatWords(
    numbers=counted(
        "zero jeden/jedynka/jedynke dwa/dwojka trzy/trojka cztery/czworka piec/piatka/piatke szesc/szostka/szostke "
        "siedem/siodemka/siodemke osiem/osemka/osemke dziewiec/dziewiatka/dziewiatke "
        "dziesiec/dziesiatka/dziesiatke"
    ),
    against=words("o"),
    of=words("na z"),
    to=words("do lub albo"),
    points=words("punkt punkty punktow gwiazdka gwiazdki gwiazdek pkt"),
    talk=words(
        "ja daje dam dalbym dalabym moja ocena oceniam ocene to jest bylo mysle powiem powiedzialbym okolo mniej "
        "wiecej moze mocne mocna skala skali w za wam prosze"
    ),
    praise=words(
        "dziekuje dzieki bardzo dobrze dobra dobry dobre super swietnie swietna swietny doskonale doskonala "
        "rewelacja szybko szybka mila mily milo pomocny pomocna zadowolony zadowolona niezadowolony zle zla zly "
        "slabo wolno obsluga pomoc pracownik odpowiedz wszystko tak czesc pozdrawiam i ok spoko"
    ),
    but=words("ale bo poniewaz jednak lecz tylko"),
    no=words("nie nigdy bez"),
    meant=words("przepraszam chodzilo chcialem chcialam raczej jednak poprawka pomylka lecz tylko"),
    opens=words("kto jak ktory co gdzie kiedy dlaczego"),
    asks=words(
        "zwrot brakuje brak zepsuty uszkodzony anulowac faktura zamowienie paczka dostawa pilne zadzwonic czekam "
        "pytanie potrzebuje chce wyslac doszla zgubiona pieniadze zaplacilem wymiana"
    ),
    up=words("tak dobrze super swietnie"),
    down=words("nie zle slabo"),
)
