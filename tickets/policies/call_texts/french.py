"""Français."""

from tickets.policies.call_texts.wording import CallTexts

FRENCH = CallTexts(
    language="fr",
    voice_language="fr-FR",
    greeting="Bienvenue chez {brand}.",
    closed="Nous sommes absents pour le moment. Nous serons de retour {time}.",
    closed_for_good="Nous sommes absents pour le moment.",
    ask="Appuyez sur une touche, ou dites en quelques mots de quoi il s'agit.",
    options={
        "deflect": "Pour continuer par {channel}, sans attendre, tapez 1.",
        "agent": "Pour attendre l'un de nous, tapez 2.",
        "voicemail": "Pour laisser un message, tapez 3.",
        "callback": "Pour être rappelé, tapez 4.",
    },
    spoken={
        "deflect": "whatsapp sms texto",
        "agent": "conseiller conseillère humain",
        "voicemail": "répondeur messagerie",
        "callback": "rappel rappeler rappelé rappelez",
    },
    said_alone={
        "deflect": "un écrire écrit",
        "agent": "deux attendre personne",
        "voicemail": "trois",
        "callback": "quatre",
    },
    text_message="SMS",
    wrong_key="Ce choix n'existe pas.",
    no_key="Nous n'avons rien entendu.",
    noted="Merci, nous l'avons noté.",
    deflected="Nous vous envoyons un message par {channel}. Écrivez-y votre question, nous la reprenons là. Au revoir.",
    not_deflected="Nous n'avons pas pu envoyer de message à votre numéro.",
    ringing="Un instant, nous vous mettons en relation.",
    recorded_notice="Cet appel est enregistré.",
    waiting_next="Vous êtes le prochain.",
    waiting="Vous êtes à la position {position} dans la file.",
    offer_to_leave="Vous pouvez continuer à attendre, ou choisir :",
    nobody_free="Nous sommes désolés, personne n'est libre pour le moment.",
    voicemail="Laissez votre message après le signal sonore, puis appuyez sur dièse.",
    nothing_heard="Nous n'avons rien entendu. Au revoir.",
    thanks_voicemail="Merci, votre message nous est parvenu. Au revoir.",
    call_back="Nous vous rappellerons avant {time}. Au revoir.",
    goodbye="Merci de votre appel. Au revoir.",
    fault="Nous sommes désolés, quelque chose ne fonctionne pas. Veuillez rappeler dans quelques minutes.",
    whisper="Un appel pour {brand}.",
    accept="Appuyez sur une touche pour le prendre.",
    message="Bonjour, ici {brand}. Vous venez de nous appeler : écrivez votre question ici, nous la reprenons. "
    "Votre dossier porte le numéro #{number}.",
    message_with_words="Bonjour, ici {brand}. Vous venez de nous appeler au sujet de : « {words} ». Écrivez ici ce que nous "
    "devons encore savoir ; nous reprenons. Votre dossier porte le numéro #{number}.",
)
