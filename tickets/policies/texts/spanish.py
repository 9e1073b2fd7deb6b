"""Spanish, in the polite form."""

from tickets.policies.texts.wording import CaseTexts

SPANISH = CaseTexts(
    language="es",
    ask_photo="¿Podría enviarnos una foto, por favor?",
    ask_document="¿Podría enviarnos el documento, por favor?",
    ask_location="¿Podría decirnos dónde está, por favor?",
    ask_order_number="¿Podría decirnos su número de pedido, por favor?",
    upload_here="Puede enviárnoslo aquí de forma segura: {link}",
    moved_to_private_message=(
        "Gracias por avisarnos. Para que nadie más lea sus datos, le hemos enviado un mensaje privado."
    ),
    moved_with_link="Gracias por avisarnos. Para que nadie más lea sus datos, escríbanos aquí: {link}",
    first_private_message="Hola, le escribimos por su mensaje público. ¿En qué podemos ayudarle?",
    closing_line="Lo hemos tratado con usted en privado. Gracias por escribirnos.",
    title_photo="Envíenos una foto",
    title_document="Envíenos un documento",
    choose="Elegir archivos",
    take_photo="Hacer una foto",
    or_drop="o suéltelos aquí",
    chosen="Archivos elegidos",
    remove="Quitar",
    rules="Hasta {count} archivos, {size} MB en total.",
    send="Enviar",
    sending="Enviando…",
    sent_title="Gracias, ha llegado.",
    sent_text="Lo miraremos y le escribiremos por donde nos escribió.",
    send_more="Enviar algo más",
    nothing_chosen="Elija primero un archivo.",
    too_many="Envíe como máximo {count} archivos a la vez.",
    too_large="Los archivos superan {size} MB en total. Envíe menos a la vez.",
    wrong_type="«{name}» no es un tipo de archivo que podamos recibir aquí.",
    not_reached="Los archivos no nos han llegado. Compruebe la conexión y envíelos de nuevo.",
    expired_title="Este enlace ya no se usa",
    expired_text=(
        "Ya tenemos lo que necesitábamos o ha pasado algún tiempo. Responda a nuestro mensaje si quiere enviar algo."
    ),
    unknown_title="No conocemos este enlace",
    unknown_text="Abra de nuevo el enlace de nuestro mensaje.",
    broken_title="Este enlace está incompleto",
    broken_text="Una parte se perdió por el camino. Abra de nuevo el enlace de nuestro mensaje.",
    busy_title="Un momento, por favor",
    busy_text="Ha habido demasiados intentos. Inténtelo de nuevo en un minuto.",
)
