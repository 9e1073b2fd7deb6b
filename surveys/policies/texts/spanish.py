"""Español."""

from surveys.policies.texts.wording import SurveyTexts

SPANISH = SurveyTexts(
    language="es",
    mail_subject="¿Qué tal fue? Un clic, del 1 al 10",
    greeting="Hola, {name}:",
    greeting_without_name="Hola:",
    opening="Ha estado en contacto con nosotros por «{subject}».",
    how_to_answer="Elija un número. Se abrirá una página; su respuesta cuenta en cuanto pulse Enviar en ella.",
    closing="Si queda algo pendiente, responda simplemente a este mensaje. Lo leerá una persona.",
    goodbye="Muchas gracias,",
    question="¿Cuál es su grado de satisfacción con nuestra ayuda?",
    lowest="nada satisfecho",
    highest="totalmente satisfecho",
    comment="¿Quiere contarnos por qué?",
    comment_hint="Opcional. Lo leerán las personas que le atendieron.",
    send="Enviar",
    score_missing="Elija un número del 1 al 10.",
    comment_too_long="Acorte su comentario a 5000 caracteres.",
    thanks="¡Gracias! Hemos recibido su respuesta.",
    your_answer="Su respuesta: {score} de 10",
    change_until="Puede cambiarla hasta el {until}.",
    change="Cambiar mi respuesta",
    answered_title="Ya ha respondido. ¡Gracias!",
    answered_text="Tenemos su respuesta y nos ayuda a mejorar.",
    expired_title="Esta pregunta ha caducado",
    expired_text="Gracias por su tiempo. El enlace solo fue válido durante un tiempo. Si quiere decirnos algo, "
    "escríbanos sin más.",
    unknown_title="No conocemos este enlace",
    unknown_text="Ábralo de nuevo desde nuestro mensaje. Si quiere decirnos algo, escríbanos sin más.",
    broken_title="Este enlace está incompleto",
    broken_text="Parece que se perdió una parte por el camino. Ábralo de nuevo desde nuestro mensaje.",
    busy_title="Un momento, por favor",
    busy_text="Hubo muchas peticiones desde su conexión. Inténtelo de nuevo dentro de un minuto.",
)
