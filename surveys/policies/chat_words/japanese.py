"""Japanese words around a score."""

from surveys.policies.chat_words.words import ChatWords, counted, words

JAPANESE = ChatWords(
    numbers=counted("ゼロ 一/いち 二/に 三/さん 四/よん 五/ご 六/ろく 七/なな 八/はち 九/きゅう 十/じゅう"),
    weak=words("一"),
    own=words("に ご いち さん よん なな はち ろく じゅう きゅう"),
    over=words("点満点で 点満点中 点中 点満点"),
    to=words("から か または"),
    points=words("点 つ星 星 ポイント"),
    talk=words("です でした は を が の 私 評価 つけます あげます と思います くらい ぐらい たぶん かな ね よ"),
    praise=words(
        "ありがとう ありがとうございます ございました どうも 素晴らしい 良い 良かった よかった とても 最高 満足 "
        "満足です 親切 丁寧 早い 早かった 遅い 悪い 悪かった 対応 サービス サポート はい こんにちは "
        "お世話になりました 助かりました"
    ),
    but=words("でも しかし けど ですが なぜなら"),
    no_after=words("ではなく じゃなくて ではなくて ではない"),
    meant=words("すみません ごめんなさい 間違えました 訂正 やっぱり"),
    asks=words(
        "どこ いつ なぜ 誰 何 返金 届かない 届いて 壊れ キャンセル 請求書 注文 荷物 配送 至急 電話 待って "
        "質問 欲しい 交換"
    ),
    up=words("はい 良い 良かった よかった 満足"),
    down=words("いいえ 悪い 不満"),
)
