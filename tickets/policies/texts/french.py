"""French."""

from tickets.policies.texts.wording import CaseTexts

FRENCH = CaseTexts(
    language="fr",
    ask_photo="Pourriez-vous nous envoyer une photo, s'il vous plaît ?",
    ask_document="Pourriez-vous nous envoyer le document, s'il vous plaît ?",
    ask_location="Pourriez-vous nous dire où vous êtes, s'il vous plaît ?",
    ask_order_number="Pourriez-vous nous donner votre numéro de commande, s'il vous plaît ?",
    upload_here="Vous pouvez nous l'envoyer ici en toute sécurité : {link}",
    moved_to_private_message=(
        "Merci de nous avoir prévenus. Pour que personne d'autre ne lise vos données, nous vous avons envoyé un message privé."
    ),
    moved_with_link=(
        "Merci de nous avoir prévenus. Pour que personne d'autre ne lise vos données, écrivez-nous ici : {link}"
    ),
    first_private_message="Bonjour, nous vous écrivons au sujet de votre message public. Comment pouvons-nous vous aider ?",
    closing_line="Nous en avons parlé avec vous en privé. Merci de nous avoir écrit.",
    title_photo="Envoyez-nous une photo",
    title_document="Envoyez-nous un document",
    choose="Choisir des fichiers",
    take_photo="Prendre une photo",
    or_drop="ou déposez-les ici",
    chosen="Fichiers choisis",
    remove="Retirer",
    rules="Jusqu'à {count} fichiers, {size} Mo au total.",
    send="Envoyer",
    sending="Envoi en cours…",
    sent_title="Merci, c'est bien arrivé.",
    sent_text="Nous allons regarder et vous écrire là où vous nous avez écrit.",
    send_more="Envoyer autre chose",
    nothing_chosen="Choisissez d'abord un fichier.",
    too_many="Envoyez au plus {count} fichiers à la fois.",
    too_large="Les fichiers dépassent {size} Mo au total. Envoyez-en moins à la fois.",
    wrong_type="« {name} » n'est pas un type de fichier que nous pouvons accepter ici.",
    not_reached="Les fichiers ne nous sont pas parvenus. Vérifiez votre connexion et renvoyez-les.",
    expired_title="Ce lien ne sert plus",
    expired_text=(
        "Nous avons ce qu'il nous fallait, ou du temps a passé. Répondez simplement à notre message si vous voulez envoyer "
        "quelque chose."
    ),
    unknown_title="Nous ne connaissons pas ce lien",
    unknown_text="Ouvrez de nouveau le lien qui se trouve dans notre message.",
    broken_title="Ce lien est incomplet",
    broken_text="Une partie s'est perdue en route. Ouvrez de nouveau le lien qui se trouve dans notre message.",
    busy_title="Un instant, s'il vous plaît",
    busy_text="Il y a eu trop d'essais. Réessayez dans une minute.",
)
