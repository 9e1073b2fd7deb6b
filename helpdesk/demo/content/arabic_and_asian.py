"""Arabic, Chinese, Khmer, Japanese and Polish customers: other directions, other scripts, no blanks between words."""

from helpdesk.demo.script import Story, asks, holds, is_asked, notes, replies, resolves, tags, votes, waits

STORIES = (
    Story(key="ar-tawsil", who="layla", day=8, time="11:30", subject="هل توصلون إلى الدار البيضاء؟", steps=(
        asks("السلام عليكم،\n\nأعجبني مصباح «رِيل» النحاسي. هل توصلون إلى الدار البيضاء، وكم تبلغ تكلفة الشحن؟\n\nمع الشكر\nليلى"),
        tags("samira", "delivery", after="30m"),
        replies("samira", "وعليكم السلام ليلى،\n\nنعم، نوصل خلال ستة إلى ثمانية أيام عمل، والتكلفة 21 يورو مع التأمين.", "14m"),
        asks("ممتاز، سأطلب اثنين. شكراً على سرعة الرد.", "2h"), resolves("samira", "10m"), votes(10, "خدمة رائعة.", "5h"),
    )),
    Story(key="ar-kasr", who="karim", day=5, time="13:40", subject="وصل المصباح مكسوراً", steps=(
        asks("وصل الطلب W-20455 اليوم والزجاج مكسور. أرفقت صورة.", files=("photo.png",)),
        tags("samira", "damaged", after="25m"),
        replies("samira", "نعتذر عن ذلك يا كريم. سنرسل لك زجاجاً جديداً غداً دون أي تكلفة.", "20m"),
        notes("samira", "Shade for the Ouse, smoke glass. Warehouse has two left."),
        asks("شكراً جزيلاً.", "1h"), resolves("samira", "15m"), is_asked(),
    )),
    Story(key="ar-maftuh", who="karim", ago="1h50m", subject="متى يصل الزجاج البديل؟", steps=(
        asks("لم يصلني الزجاج بعد. هل يمكنكم إرسال رقم التتبع؟"),
    )),
    Story(key="zh-color", who="mei", day=7, time="07:10", subject="请问有其他颜色吗？", steps=(
        asks("您好，我想买“塔恩”台灯，网页上只有黑色和苔绿色。请问还有白色吗？谢谢！"),
        tags("mara", "product advice", after="1h"),
        replies("mara", "您好！白色下个月到货，到时我会通知您。需要先为您预留一盏吗？", "30m"), waits("mara"),
        asks("好的，请帮我预留一盏，非常感谢。", "9h"),
        replies("mara", "已经为您预留好了。", "14h"), resolves("mara"), votes(9, "客服很耐心。", "8h"),
    )),
    Story(key="zh-voltage", who="hao", day=4, time="06:55", subject="电压是多少？", steps=(
        asks("请问落地灯支持110伏吗？我想带到台北使用。"),
        replies("jonas", "您好，支持100–240伏，只需要更换插头，我们会随灯附上一个。", "2h"),
        asks("太好了，马上下单。", "4h"), resolves("jonas", "16h"), votes(10, "", "3h"),
    )),
    Story(key="zh-open", who="hao", ago="6h", subject="订单 W-20529 想修改地址", steps=(
        asks("您好，我填错了门牌号，应该是18号，不是81号。还来得及改吗？"),
    )),
    Story(key="km-price", who="sophea", day=6, time="05:45", subject="តម្លៃដឹកជញ្ជូនទៅភ្នំពេញ", steps=(
        asks("សួស្តី ខ្ញុំចង់ទិញចង្កៀងពីរ។ តើថ្លៃដឹកជញ្ជូនទៅភ្នំពេញប៉ុន្មាន?"),
        tags("mara", "delivery", after="3h"),
        replies("mara", "សួស្តី! ថ្លៃដឹកជញ្ជូន ២៩ អឺរ៉ូ ហើយត្រូវការពេល ៨ ទៅ ១០ ថ្ងៃ។", "40m"),
        asks("អរគុណច្រើន ខ្ញុំនឹងបញ្ជាទិញនៅថ្ងៃស្អែក។", "18h"), resolves("mara", "5h"), votes(9, "ឆ្លើយតបបានល្អ។", "1d"),
    )),
    Story(key="km-open", who="sophea", ago="2h40m", subject="ចង្កៀងមិនភ្លឺ", steps=(
        asks("ចង្កៀងមួយមិនភ្លឺទេ ទោះបីប្តូរអំពូលហើយក៏ដោយ។ តើខ្ញុំត្រូវធ្វើដូចម្តេច?", files=("photo.png",)),
    )),
    Story(key="ja-gift", who="aoi", day=3, time="06:20", subject="ギフト包装について", steps=(
        asks("お世話になっております。友人への結婚祝いにランプを贈りたいのですが、ギフト包装はできますか。"),
        replies("jonas", "はい、無料でお包みします。メッセージカードもお付けできます。", "2h"),
        asks("ありがとうございます。カードもお願いします。", "5h"),
        notes("jonas", "Card: 「ご結婚おめでとうございます」."), resolves("jonas", "17h"), votes(10, "丁寧な対応でした。", "4h"),
    )),
    Story(key="pl-bulb", who="piotr", day=3, time="13:00", subject="Żarówka w zestawie?", steps=(
        asks("Dzień dobry, czy do lampy Beck dołączona jest żarówka?"),
        replies("mara", "Dzień dobry! Tak, ciepła, 7 W.", "20m"), asks("Dziękuję, zamawiam.", "25m"), resolves("mara", "10m"),
        votes(9, "", "3h"),
    )),
    Story(key="pl-open", who="piotr", ago="8h", subject="Zwrot – brak etykiety", steps=(
        asks("W paczce nie było etykiety zwrotnej. Proszę o przesłanie."), tags("jonas", "refund", after="20m"),
        replies("jonas", "Dzień dobry, etykieta w załączniku.", "5m", files=("return-label.pdf",)), holds("jonas"),
    )),
)  # fmt: skip
