"""German."""

from tickets.policies.bot_texts.wording import BotTexts

GERMAN = BotTexts(
    language="de",
    hello_name="Guten Tag {name}, hier ist {bot}, der automatische Assistent.",
    hello="Guten Tag, hier ist {bot}, der automatische Assistent.",
    what_do_you_need="Was kann ich für Sie tun?",
    article="Das sollte Ihre Frage beantworten: „{title}“ {link}",
    also="Vielleicht hilft auch das:",
    source="Aus: „{title}“ {link}",
    did_it_help="Hat Ihnen das geholfen?",
    yes="Ja, danke",
    no="Nein",
    talk_to_a_person="Mit Mensch sprechen",
    write_to_talk="Schreiben Sie jederzeit {word}, um mit einem Menschen zu sprechen.",
    word_for_a_person="MENSCH",
    in_other_words="Können Sie mir in einem Satz sagen, worum es geht?",
    not_known_yet="Dazu habe ich keine Antwort gefunden. Können Sie es anders sagen?",
    sorry_other_words="Schade, dass es nicht geholfen hat. Können Sie anders sagen, was Sie brauchen?",
    before_a_person="Ein Mensch wird sich das ansehen. Damit es schnell geht:",
    some_questions="Wir brauchen noch etwas von Ihnen:",
    not_clear="Das konnte ich nicht lesen.",
    skip="Überspringen",
    handing_over="Ich gebe an einen Menschen weiter, der Ihnen hier antwortet. Sie müssen nichts wiederholen.",
    handing_over_closed="Ich gebe an einen Menschen weiter. Gerade ist niemand da; die Antwort kommt hier.",
    back_at="Wir sind wieder da: {time}.",
    closed_now="Unser Team ist gerade nicht da.",
    solved="Das freut mich. Schreiben Sie einfach wieder, wenn Sie uns brauchen.",
    task_done="Vielen Dank, das ist alles, was wir brauchen. Ein Mensch macht hier weiter.",
)
