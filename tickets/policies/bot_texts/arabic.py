"""Arabic, written from right to left."""

from tickets.policies.bot_texts.wording import BotTexts

ARABIC = BotTexts(
    language="ar",
    hello_name="مرحبًا {name}، معك {bot}، المساعد الآلي.",
    hello="مرحبًا، معك {bot}، المساعد الآلي.",
    what_do_you_need="كيف يمكنني مساعدتك؟",
    article="من المفترض أن يجيب هذا عن سؤالك: «{title}» {link}",
    also="قد يفيدك هذا أيضًا:",
    source="المصدر: «{title}» {link}",
    did_it_help="هل أفادك هذا؟",
    yes="نعم، شكرًا",
    no="لا",
    talk_to_a_person="التحدث مع موظف",
    write_to_talk="اكتب {word} في أي وقت للتحدث مع شخص.",
    word_for_a_person="موظف",
    in_other_words="هل يمكنك أن تخبرني في جملة واحدة عمّا يتعلق به الأمر؟",
    not_known_yet="لم أجد جوابًا عن ذلك. هل يمكنك قوله بكلمات أخرى؟",
    sorry_other_words="يؤسفني أن ذلك لم يفدك. هل يمكنك أن تقول بكلمات أخرى ما تحتاج إليه؟",
    before_a_person="سينظر شخص في هذا الأمر. ولكي يتم ذلك بسرعة:",
    some_questions="نحتاج منك إلى شيء:",
    not_clear="لم أتمكن من قراءة ذلك.",
    skip="تخطٍّ",
    handing_over="أحوّلك الآن إلى شخص سيجيبك هنا. لا داعي لتكرار أي شيء.",
    handing_over_closed="أحوّلك الآن إلى شخص. لا يوجد أحد في هذه اللحظة؛ سيصلك الجواب هنا.",
    back_at="نعود {time}.",
    closed_now="فريقنا غير موجود في هذه اللحظة.",
    solved="يسعدني ذلك. راسلنا مرة أخرى متى احتجت إلينا.",
    task_done="شكرًا، هذا كل ما نحتاج إليه. سيتابع شخص من هنا.",
)
