"""French."""

from surveys.policies.recovery_texts.wording import RecoveryTexts

FRENCH = RecoveryTexts(
    language="fr",
    greeting="Bonjour {{customer.first_name}},",
    greeting_without_name="Bonjour,",
    goodbye="Cordialement",
    apology="je vous présente mes excuses. {{recovery.mistake}} Cela n'aurait pas dû vous arriver, et ce n'était pas votre "
    "faute.\n\nJe m'en occupe personnellement jusqu'à ce que tout soit réglé, et je vous écrirai à chaque étape. "
    "Qu'est-ce qui compte le plus pour vous maintenant ?",
    plan="merci de nous avoir dit franchement ce qui n'a pas été. Voici ce que nous allons faire, et pour quand :\n\n"
    "{{recovery.plan}}\n\nJe vous écrirai dès que chaque point sera fait. Que manque-t-il, ou que feriez-vous autrement ?",
    plan_line="{action} : au plus tard le {date}",
    plan_line_without_date="{action}",
    action_done="comme promis, voici ce qui est fait : {{recovery.action}}.\n\nQu'en pensez-vous de votre côté ?",
    make_good="vous avez eu des ennuis à cause de nous, et nous voudrions les compenser : {{recovery.incentive}}.\n\n"
    "Cela ne remplace pas la correction, que nous avons faite aussi. Que pouvons-nous faire d'autre pour vous ?",
    review_update="vous avez dit publiquement ce qui n'allait pas, et vous aviez raison. C'est réglé depuis.\n\n"
    "Si vous êtes de cet avis, voudriez-vous relire votre commentaire ? Vous seul décidez de ce que vous changez, et cela ne "
    "change rien à la façon dont nous vous traitons.",
    mistakes={
        "own_mistake.late_answer": "Nous vous avons fait attendre une réponse beaucoup trop longtemps.",
        "own_mistake.wrong_answer": "Notre réponse était fausse ou incomplète.",
        "own_mistake.forgotten": "Nous vous avons promis quelque chose, puis nous l'avons oublié.",
        "own_mistake.tone": "Notre façon de vous écrire n'était pas assez aimable.",
        "own_mistake.done_wrong": "Nous avons mal exécuté votre commande.",
        "product.defect": "Ce que vous avez reçu de nous ne fonctionnait pas.",
        "product.quality": "Ce que vous avez reçu de nous n'avait pas la qualité que vous pouvez attendre.",
        "product.missing": "Il manquait quelque chose d'important à ce que vous avez reçu de nous.",
        "product.hard_to_use": "Nous vous avons rendu l'utilisation de votre achat trop difficile.",
        "process.slow": "Nous avons mis beaucoup trop de temps.",
        "process.handovers": "Nous vous avons renvoyé d'une personne à l'autre, et vous avez dû tout réexpliquer.",
        "process.rules": "Nos règles vous ont fait obstacle, et personne ne vous les a expliquées.",
        "process.billing": "Votre facture ou votre remboursement était inexact.",
        "expectation.promised": "On vous avait promis autre chose que ce que vous avez reçu.",
        "expectation.misunderstood": "Nous vous avons mal compris, sans vérifier auprès de vous.",
        "expectation.price": "Nous n'avons pas annoncé clairement le prix à l'avance.",
        "third_party.carrier": "La livraison s'est mal passée. C'est nous qui avons choisi le transporteur, nous en répondons.",
        "third_party.supplier": "Notre fournisseur vous a fait défaut. C'est nous qui l'avons choisi, nous en répondons.",
        "third_party.payment": "Votre paiement s'est mal passé. C'est nous qui avons choisi ce service, nous en répondons.",
        "third_party.outage": "Un service dont nous dépendons était en panne, et vous étiez bloqué.",
    },
    stock_phrases="nous je vous mes nos notre votre vos sommes suis désolé désolés désolée désolées sincèrement vraiment très "
    "excuses excuse excuser excusez présentons présente pour le la les des désagrément désagréments gêne occasionnée "
    "occasionné occasionnés causé causés regrettons merci compréhension patience situation problème erreur incident "
    "malheureusement bonjour cher chère cordialement équipe madame monsieur veuillez accepter tout que qui ce cette avons avez",
)
