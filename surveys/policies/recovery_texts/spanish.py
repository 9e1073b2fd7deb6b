"""Spanish."""

from surveys.policies.recovery_texts.wording import RecoveryTexts

SPANISH = RecoveryTexts(
    language="es",
    greeting="Hola, {{customer.first_name}}:",
    greeting_without_name="Hola:",
    goodbye="Un cordial saludo",
    apology="Lo siento. {{recovery.mistake}} Eso no le debería haber pasado, y no fue culpa suya.\n\n"
    "Me ocupo personalmente de ello hasta que quede resuelto, y le escribiré en cada paso. "
    "¿Qué es lo más importante para usted ahora?",
    plan="Gracias por decirnos con franqueza qué salió mal. Esto es lo que vamos a hacer y para cuándo:\n\n"
    "{{recovery.plan}}\n\nLe escribiré en cuanto esté hecho cada punto. ¿Qué falta o qué haría usted de otra manera?",
    plan_line="{action}: a más tardar el {date}",
    plan_line_without_date="{action}",
    action_done="Como le prometí, esto ya está hecho: {{recovery.action}}.\n\n¿Cómo lo ve usted?",
    make_good="Ha tenido molestias por nuestra culpa y nos gustaría compensarle: {{recovery.incentive}}.\n\n"
    "No sustituye a la corrección, que también hemos hecho. ¿Qué más podemos hacer por usted?",
    review_update="Usted contó en público qué salió mal, y con razón. Desde entonces está resuelto.\n\n"
    "Si también lo ve así, ¿querría revisar su reseña? Solo usted decide si cambia algo y qué, y no influye en absoluto en cómo "
    "le tratamos.",
    mistakes={
        "own_mistake.late_answer": "Le hicimos esperar demasiado por una respuesta.",
        "own_mistake.wrong_answer": "Nuestra respuesta era errónea o incompleta.",
        "own_mistake.forgotten": "Le prometimos algo y después lo olvidamos.",
        "own_mistake.tone": "La forma en que le escribimos no fue lo bastante amable.",
        "own_mistake.done_wrong": "Ejecutamos mal su pedido.",
        "product.defect": "Lo que recibió de nosotros no funcionaba.",
        "product.quality": "Lo que recibió de nosotros no tenía la calidad que puede esperar.",
        "product.missing": "A lo que recibió de nosotros le faltaba algo que necesitaba.",
        "product.hard_to_use": "Le pusimos demasiado difícil usar lo que compró.",
        "process.slow": "Tardamos demasiado.",
        "process.handovers": "Le pasamos de una persona a otra y tuvo que explicarlo todo de nuevo.",
        "process.rules": "Nuestras reglas le pusieron trabas y nadie se las explicó.",
        "process.billing": "Su factura o su reembolso no eran correctos.",
        "expectation.promised": "Le prometieron algo distinto de lo que recibió.",
        "expectation.misunderstood": "Le entendimos mal y no lo comprobamos con usted.",
        "expectation.price": "No fuimos claros con el precio de antemano.",
        "third_party.carrier": "La entrega salió mal. El transportista lo elegimos nosotros, así que respondemos de ello.",
        "third_party.supplier": "Nuestro proveedor le falló. Lo elegimos nosotros, así que respondemos de ello.",
        "third_party.payment": "Su pago salió mal. El servicio de pago lo elegimos nosotros, así que respondemos de ello.",
        "third_party.outage": "Un servicio del que dependemos se cayó y usted no pudo continuar.",
    },
    stock_phrases="lo la los las siento sentimos sentir mucho muchísimo disculpe disculpas disculpa disculpen pedimos pido le les "
    "perdón perdone por para el inconveniente inconvenientes molestia molestias causado causada causados causadas ocasionado "
    "ocasionadas lamentamos lamento gracias comprensión paciencia situación problema error incidente desgraciadamente hola "
    "estimado estimada saludo saludos cordial equipo que esto esta este nuestro nuestra nuestras sus muy usted",
)
