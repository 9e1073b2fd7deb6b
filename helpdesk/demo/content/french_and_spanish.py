"""French and Spanish customers."""

from helpdesk.demo.script import Story, asks, assigns, holds, is_asked, notes, replies, resolves, tags, votes, waits

STORIES = (
    Story(key="fr-colis", who="amelie", day=9, time="14:10", subject="Colis jamais arrivé", steps=(
        asks("Bonjour,\n\nma commande W-20390 devait arriver mardi dernier. Le suivi indique « livré au point relais », mais le relais "
             "n'a rien. Que faire ?\n\nCordialement,\nAmélie Trévignon"),
        tags("jonas", "delivery", after="20m"),
        replies("jonas", "Bonjour Madame, je suis désolé. J'ai ouvert une enquête ; si le colis n'est pas retrouvé d'ici demain soir, "
                "nous vous en renvoyons un autre.", "12m"),
        holds("jonas"), asks("Merci, j'attends votre retour.", "1h"), holds("jonas", "10m"),
        replies("jonas", "Toujours rien : le nouveau colis part aujourd'hui, livraison à domicile.", "1d3h"),
        asks("Bien reçu, merci beaucoup !", "2d"), resolves("jonas", "30m"), votes(9, "Problème pris au sérieux.", "6h"),
    )),
    Story(key="fr-abat-jour", who="bastien", day=8, time="10:50", subject="Abat-jour de rechange", steps=(
        asks("Bonjour, vendez-vous l'abat-jour seul pour la lampe Tarn ? Le chat a eu raison du mien."),
        tags("samira", "product advice", after="15m"),
        replies("samira", "Bonjour ! Oui, 24 € en lin écru ou mousse. Et nos amitiés au chat.", "9m"),
        asks("Parfait, je commande. Il vous salue.", "35m"), resolves("samira", "5m"),
        votes(10, "Service impeccable, et de l'humour.", "2h"),
    )),
    Story(key="fr-studio", who="studio", day=6, time="11:25", subject="Commande pour un tournage", steps=(
        asks("Bonjour, il nous faut cinq lampadaires pour un tournage le 12. Location possible ?"),
        tags("samira", "b2b", after="30m"),
        replies("samira", "Bonjour Océane, nous ne louons pas, mais nous reprenons les lampes non abîmées sous 30 jours. Cela "
                "vous irait ?", "15m"),
        waits("samira"), asks("Oui, très bien. Cinq en laiton alors.", "3h"),
        notes("samira", "Accord : reprise à 90 % si intactes. Voir le devis 0041."),
        replies("samira", "C'est noté, voici le devis.", "25m", files=("offer-0041.pdf",)), resolves("samira"), is_asked(),
    )),
    Story(key="fr-remboursement", who="bastien", day=4, time="08:40", subject="Remboursement partiel ?", steps=(
        asks("J'ai reçu 18 € au lieu de 24 €. Une erreur ?"),
        assigns("mara", "samira", "20m", team="Refunds and complaints"), tags("samira", "refund"),
        replies("samira", "Vous avez raison, les 6 € manquants partent aujourd'hui. Toutes mes excuses.", "18m"), resolves("samira"),
        votes(7, "Corrigé vite, mais il a fallu réclamer.", "1d"),
    )),
    Story(key="fr-ouvert", who="amelie", ago="4h50m", subject="Notice en français ?", steps=(
        asks("Bonjour, la notice du lustre n'est qu'en anglais. L'avez-vous en français ?"),
    )),
    Story(key="es-factura", who="lucia", day=9, time="16:30", subject="Factura con NIF", steps=(
        asks("Buenas tardes: necesito la factura del pedido W-20388 con mi NIF. Gracias, Lucía Berganzo"),
        tags("mara", "invoice", after="12m"),
        replies("mara", "Buenas tardes, Lucía. Aquí la tiene. ¡Buen fin de semana!", "6m", files=("invoice-20388.pdf",)),
        resolves("mara"), votes(10, "Rapidísimo.", "2h"),
    )),
    Story(key="es-rota", who="mateo", day=7, time="12:15", subject="La lámpara llegó rota", steps=(
        asks("Hola, la base de la lámpara llegó partida en dos. Adjunto foto. ¿Me mandan otra?", files=("photo.png",)),
        tags("mara", "damaged", after="18m"),
        replies("mara", "Hola, Mateo: lo siento mucho. Hoy mismo sale otra, con mejor embalaje.", "10m"),
        asks("¡Gracias!", "30m"), resolves("mara", "5m"),
        asks("Ya ha llegado, perfecta.", "3d"), resolves("mara", "1h"), votes(9, "", "4h"),
    )),
    Story(key="es-devolucion", who="ines", day=5, time="09:50", subject="Quiero devolver dos lámparas", steps=(
        asks("Buenos días, quiero devolver dos lámparas del pedido W-20466. No combinan con el salón."),
        assigns("mara", "", "8m", team="Refunds and complaints"), tags("mara", "refund"),
        replies("jonas", "Buenos días, Inés. Sin problema: adjunto la etiqueta. El importe vuelve en tres días tras la llegada.", "1h",
                files=("return-label.pdf",)), waits("jonas"),
        asks("Enviadas ayer.", "1d22h"),
        replies("jonas", "Han llegado. Ya está hecho el abono de 98,00.", "1d"), resolves("jonas"), votes(8, "Todo correcto.", "5h"),
    )),
    Story(key="es-instalacion", who="lucia", day=2, time="18:40", subject="¿Cómo se monta?", steps=(
        asks("No entiendo el paso 4 de las instrucciones: ¿qué cable va a la tierra?"),
        tags("mara", "product advice", after="14h"),
        replies("mara", "El verde y amarillo va al tornillo de la base. Corte antes la corriente, por favor. Adjunto un dibujo "
                "más claro.",
                "15m", files=("wiring.png",)),
        asks("¡Ahora sí! Ya luce.", "7h"), resolves("mara", "13h"), votes(10, "El dibujo lo explica todo.", "1h"),
    )),
    Story(key="es-abierto", who="mateo", ago="55m", subject="Pedido duplicado", steps=(
        asks("Creo que he hecho el mismo pedido dos veces (W-20540 y W-20541). ¿Pueden anular uno?"),
    )),
)  # fmt: skip
