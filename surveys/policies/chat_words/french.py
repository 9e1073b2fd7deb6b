"""French words around a score."""

from surveys.policies.chat_words.words import ChatWords, counted, words

FRENCH = ChatWords(
    numbers=counted("zero - deux trois quatre cinq six sept huit neuf dix un une") | {"un": 1, "une": 1},
    weak=words("un une"),
    against=words("a vers"),
    of=words("sur"),
    to=words("a ou entre jusqu"),
    points=words("point points etoile etoiles"),
    talk=words(
        "je j on nous vous te lui mets met donne donnerais dirais dis note noter evaluation c ce est etait la le l "
        "les ma mon un une de d pour environ peut etre peut-etre plutot bon belle gros clairement echelle allez "
        "avis s il plait"
    ),
    praise=words(
        "merci beaucoup bien tres super parfait parfaite excellent excellente genial geniale top bravo bon bonne "
        "rapide efficace aimable gentil gentille sympa agreable satisfait satisfaite content contente nul nulle "
        "mauvais mauvaise lent lente decu decue service aide equipe travail reponse conseiller conseillere support "
        "tout oui bonjour bonsoir cordialement et vraiment trop encore continuer accueil ok au pas mal"
    ),
    but=words("mais car parce cependant toutefois sinon"),
    no=words("pas non jamais ne n sans"),
    meant=words("desole desolee pardon voulais dire plutot finalement correction erreur"),
    opens=words("qui comment quel quelle quoi quand pourquoi ou que"),
    asks=words(
        "remboursement rembourser manque manquant casse cassee abime annuler facture commande colis livraison "
        "urgent urgence appeler rappelez attends attente question besoin veux voudrais envoyer arrive "
        "perdu argent paye retour echange"
    ),
    up=words("oui bien bon super parfait top"),
    down=words("non mauvais nul"),
)
