"""Turkish words around a score."""

from surveys.policies.chat_words.words import ChatWords, counted, words

TURKISH = ChatWords(
    numbers=counted("sıfır/sifir - iki uc dort bes altı/alti yedi sekiz dokuz on bir") | {"bir": 1},
    weak=words("bir"),
    own=words("on iki alti altı yedi uc bes"),
    over=words("uzerinden"),
    to=words("ile veya ya arası"),
    points=words("puan yildiz yıldız"),
    talk=words(
        "ben benim size sana veriyorum veririm verdim derim puanim puanım notum oyum bu bir icin yaklasik yaklaşık "
        "belki kesinlikle tam lutfen gibi"
    ),
    praise=words(
        "tesekkurler tesekkur ederim ederiz sagolun sagol sağolun cok iyi guzel harika mukemmel super hızlı hizli "
        "kibar nazik yardımcı yardimci memnunum memnun degilim kotu berbat yavas yavaş hizmet destek yardım yardim "
        "ekip her sey şey evet merhaba selam selamlar ve gercekten tamam"
    ),
    but=words("ama cunku fakat ancak"),
    no=words("asla hayır hayir"),
    no_after=words("degil"),
    meant=words("pardon ozur yanlis yanlış aslinda aslında demek istedim duzeltme hayır hayir"),
    opens=words("ne neden kim nasil nasıl hangi nerede"),
    asks=words(
        "iade eksik kırık kirik hasarli hasarlı iptal fatura siparis siparisim sipariş kargo teslimat acil arayın "
        "arayin bekliyorum soru istiyorum lazim lazım gelmedi kayip kayıp yanlis para odedim degisim"
    ),
    up=words("evet iyi guzel harika super"),
    down=words("hayır hayir kotu berbat"),
)
