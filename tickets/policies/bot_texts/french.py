"""French."""

from tickets.policies.bot_texts.wording import BotTexts

FRENCH = BotTexts(
    language="fr",
    hello_name="Bonjour {name}, ici {bot}, l'assistant automatique.",
    hello="Bonjour, ici {bot}, l'assistant automatique.",
    what_do_you_need="Que puis-je faire pour vous ?",
    article="Ceci devrait répondre à votre question : « {title} » {link}",
    also="Ceci peut aussi vous aider :",
    source="Source : « {title} » {link}",
    did_it_help="Cela vous a-t-il aidé ?",
    yes="Oui, merci",
    no="Non",
    talk_to_a_person="Parler à quelqu'un",
    write_to_talk="Écrivez {word} à tout moment pour parler à une personne.",
    word_for_a_person="HUMAIN",
    in_other_words="Pouvez-vous me dire en une phrase de quoi il s'agit ?",
    not_known_yet="Je n'ai pas trouvé de réponse. Pouvez-vous le dire autrement ?",
    sorry_other_words="Je suis désolé que cela n'ait pas aidé. Pouvez-vous dire autrement ce dont vous avez besoin ?",
    before_a_person="Une personne va s'en occuper. Pour que cela aille vite :",
    some_questions="Nous avons besoin de quelque chose :",
    not_clear="Je n'ai pas pu lire cela.",
    skip="Passer",
    handing_over="Je passe le relais à une personne, qui vous répondra ici. Vous n'avez rien à répéter.",
    handing_over_closed="Je passe le relais à une personne. Personne n'est là en ce moment ; la réponse arrivera ici.",
    back_at="Nous sommes de retour {time}.",
    closed_now="Notre équipe n'est pas là en ce moment.",
    solved="Avec plaisir. Écrivez-nous de nouveau quand vous voulez.",
    task_done="Merci, c'est tout ce qu'il nous faut. Une personne prend la suite.",
)
