"""Chinese words around a score, in simplified and traditional characters."""

from surveys.policies.chat_words.words import ChatWords, counted, words

CHINESE = ChatWords(
    numbers=counted("零 一 二/两/兩 三 四 五 六 七 八 九 十"),
    weak=words("一"),
    doubtful=words("十"),
    against=words("点 點 时 時"),
    to=words("到 至 或"),
    points=words("分 颗星 顆星 星"),
    talk=words(
        "我 我们 我們 给 給 打 评 評 评分 評分 是 就 大概 大约 大約 差不多 可能 应该 應該 吧 的 了 你们 你們 您 请 請"
    ),
    praise=words(
        "谢谢 謝謝 多谢 多謝 感谢 感謝 非常 很 好 很好 不错 不錯 满意 滿意 不满意 不滿意 完美 优秀 優秀 太 棒 棒了 "
        "快 很快 慢 太慢 差 很差 服务 服務 客服 态度 態度 帮助 幫助 都 嗯 好的 辛苦了 你好"
    ),
    but=words("但是 但 因为 因為 不过 不過 而是 可是"),
    no=words("不是 不 没有 沒有 没 沒"),
    meant=words("抱歉 对不起 對不起 应该是 應該是 改成 我是说 我是說 更正 而是"),
    asks=words(
        "哪里 哪裡 什么 什麼 为什么 為什麼 怎么 怎麼 谁 誰 吗 嗎 退款 退货 退貨 少了 缺 坏了 壞了 取消 发票 發票 "
        "订单 訂單 包裹 快递 快遞 配送 紧急 緊急 电话 電話 等 需要 想要 没收到 沒收到 丢 钱 錢 换货 換貨"
    ),
    up=words("好 是 满意 滿意 可以 不错 不錯"),
    down=words("不 不好 差 不满意 不滿意"),
)
