"""Français."""

from surveys.policies.texts.wording import SurveyTexts

FRENCH = SurveyTexts(
    language="fr",
    mail_subject="Qu’en avez-vous pensé ? Un clic, de 1 à 10",
    greeting="Bonjour {name},",
    greeting_without_name="Bonjour,",
    opening="vous avez été en contact avec nous au sujet de « {subject} ».",
    how_to_answer="Choisissez un chiffre. Une page s’ouvre ; votre réponse compte dès que vous y cliquez sur Envoyer.",
    closing="S’il reste une question, répondez simplement à ce message. Une personne le lira.",
    goodbye="Merci,",
    question="Dans quelle mesure êtes-vous satisfait de notre aide ?",
    lowest="pas du tout satisfait",
    highest="tout à fait satisfait",
    comment="Souhaitez-vous nous dire pourquoi ?",
    comment_hint="Facultatif. Les personnes qui vous ont aidé le liront.",
    send="Envoyer",
    score_missing="Veuillez choisir un chiffre de 1 à 10.",
    comment_too_long="Veuillez raccourcir votre commentaire à 5000 caractères.",
    thanks="Merci ! Votre réponse nous est bien parvenue.",
    your_answer="Votre réponse : {score} sur 10",
    change_until="Vous pouvez la modifier jusqu’au {until}.",
    change="Modifier ma réponse",
    answered_title="Vous avez déjà répondu. Merci !",
    answered_text="Votre réponse nous est parvenue et nous aide à progresser.",
    expired_title="Cette question a expiré",
    expired_text="Merci d’avoir pris le temps. Le lien n’était valable qu’un certain temps. Si vous avez quelque chose à "
    "nous dire, écrivez-nous simplement.",
    unknown_title="Nous ne connaissons pas ce lien",
    unknown_text="Veuillez l’ouvrir à nouveau depuis notre message. Si vous avez quelque chose à nous dire, écrivez-nous "
    "simplement.",
    broken_title="Ce lien est incomplet",
    broken_text="Une partie semble s’être perdue en route. Veuillez l’ouvrir à nouveau depuis notre message.",
    busy_title="Un instant, s’il vous plaît",
    busy_text="De nombreuses demandes sont venues de votre connexion. Veuillez réessayer dans une minute.",
)
