"""Words that stand in any question and tell nothing about what it asks. Folded as policies/search_terms.py folds terms. Pure."""

_ENGLISH = """
a about after again all also am an and any are as at be because been before being but by can cannot could d did do
does doesn doing don for from get give got had has have having he hello her here hers hi him his how i if in into is
isn it its just know ll like m may me mine more most my need no nor not now of off on once one only or other our ours
out over own please re s same she should so some still such t tell than thank thanks that the their theirs them then
there these they thing this those through to too under until up us ve very want was wasn we were what when where which
while who whom why will with won would you your yours dear hey ok okay yes regards
"""
_GERMAN = """
aber alle allem allen aller alles als also am an auch auf aus bei beim bin bis bist bitte da dabei danke dann das dass
dein deine dem den denn der des dessen dich die dies diese diesem diesen dieser dieses dir doch du durch ein eine
einem einen einer eines er es etwas euch euer eure fur gern gerne gewesen habe haben hallo hat hatte hatten hier hin
hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im in ins ist ja jede jedem jeden jeder jedes jetzt kann kannst
konnen konnte konnten mal man manche mein meine meinem meinen meiner mich mir mit mochte mochten moin muss mussen nach
nicht nichts noch nun nur ob oder ohne sehr sein seine seinen sich sie sind so soll sollte sonst sowie uber um und uns
unser unsere unter viel vielen vom von vor wann war waren warum was weil welche welchem welchen welcher welches wenn
wer werde werden wie wieder will wir wird wo wollen wurde wurden zu zum zur zwar guten tag gruss grusse
"""
_FRENCH = """
a afin ai alors as au aucun aussi autre aux avec avez avoir avons bien bonjour c ca car ce cela ces cet cette ceux
chaque chez ci comme comment d dans de des deja depuis donc dont du elle elles en encore est et etaient etait etes
etre eu fait faire faut il ils j je l la laquelle le lequel les leur leurs lui m ma mais me meme mes merci moi mon n
ne ni nos notre nous on ont ou par parce pas peu peut peux plait plus pour pourquoi pouvez puis qu quand que quel
quelle quelles quels qui quoi s sa sans se sera ses si sont son suis sur svp t ta te tes toi ton tous tout toute
toutes tres tu un une va vers veux vos votre vous voudrais y
"""
_SPANISH = """
a al algo algun alguna ante antes aqui asi aun aunque buenas buenos cada como con cual cuales cuando cuanto de del
desde dias donde dos e el ella ellas ellos en entre era eres es esa ese eso esos esta estan estar estas este esto
estos estoy favor fue gracias ha habia hace hacer hago han has hasta hay he hola la las le les lo los mas me mi mis
mucho muy nada ni no nos nosotros o os otra otro para pero poco por porque puede puedo pues que quien quiero se sea
ser si sido sin sobre son soy su sus suyo tambien tanto te tengo ti tiene tienen todo todos tu tus u un una unas uno
unos usted ustedes vosotros y ya yo tardes
"""
_ARABIC = """
من الى إلى عن على في مع هذا هذه ذلك تلك هو هي هم انا أنا انت أنت نحن ما ماذا متى اين أين كيف هل لماذا كم او أو و ثم
لكن لا لم لن قد كان كانت يكون ان أن إن التي الذي الذين كل بعض غير عند لي لك له لها لنا بي به بها مرحبا شكرا السلام
عليكم فضلك اريد أريد يمكن يمكنني
"""
_ITALIAN = """
a ad ai al alla alle anche che chi ci ciao come con cosa da dal dalla dei del della delle di dove e ed fare gli grazie
ha ho i il in io la le lo ma mi mia mio nel nella no non o per perche piu posso puo quale quando quanto quello questa
questo se si sono su sul un una vorrei buongiorno
"""
_PORTUGUESE = """
a ao aos as ate boa bom com como da das de dia do dos e ela ele em esta este eu foi ja la mais mas me meu minha muito
na nao nas nem no nos o obrigada obrigado ola onde os ou para pela pelo por porque posso qual quando que quem quero se
sem ser seu sim sua tarde tem tenho um uma voce
"""
_DUTCH = """
aan al als bij dan dank dat de deze die dit door een en er goedendag graag had hallo heb hebben heeft het hier hij hoe
hoi ik in is ja je kan kunnen maar me met mij mijn moet naar niet nog nu of om onze ook op over te tot u uit uw van
veel voor waar waarom wanneer was wat we welke wie wij wil worden zal ze zich zijn zo zou
"""
# Pairs of characters, as texts without word spaces are cut.
_CHINESE = """
什么 怎么 么样 如何 请问 可以 我的 我要 我想 你们 们的 您好 你好 谢谢 吗 呢 了 是什 为什 想要 的是 是否 能否 多少 哪里
如果 是不 不是 有没 没有 這個 什麼 怎麼 請問 謝謝
"""
_JAPANESE = """
です すか ます ませ せん した です して ください くだ ださ さい こと どう うす すれ れば ばい いい いで たい です のか
とは から まで には ては こん んに にち ちは ので
"""
_THAI = """
ครั รับ ค่ ่ะ คะ ครับ ได้ ด้ ไห ไหม หม อย่ ย่ ่า าง งไ ไร ที่ ี่ เป ป็ ็น ของ ขอ อง ผม ฉัน ฉั ัน
"""

STOP_WORDS: dict[str, frozenset[str]] = {
    "en": frozenset(_ENGLISH.split()),
    "de": frozenset(_GERMAN.split()),
    "fr": frozenset(_FRENCH.split()),
    "es": frozenset(_SPANISH.split()),
    "ar": frozenset(_ARABIC.split()),
    "it": frozenset(_ITALIAN.split()),
    "pt": frozenset(_PORTUGUESE.split()),
    "nl": frozenset(_DUTCH.split()),
    "zh": frozenset(_CHINESE.split()),
    "ja": frozenset(_JAPANESE.split()),
    "th": frozenset(_THAI.split()),
}
NONE: frozenset[str] = frozenset()
