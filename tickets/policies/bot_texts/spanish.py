"""Spanish."""

from tickets.policies.bot_texts.wording import BotTexts

SPANISH = BotTexts(
    language="es",
    hello_name="Hola, {name}: soy {bot}, el asistente automático.",
    hello="Hola, soy {bot}, el asistente automático.",
    what_do_you_need="¿En qué puedo ayudarle?",
    article="Esto debería responder a su pregunta: «{title}» {link}",
    also="Esto también puede ayudarle:",
    source="De: «{title}» {link}",
    did_it_help="¿Le ha ayudado?",
    yes="Sí, gracias",
    no="No",
    talk_to_a_person="Hablar con alguien",
    write_to_talk="Escriba {word} en cualquier momento para hablar con una persona.",
    word_for_a_person="PERSONA",
    in_other_words="¿Puede decirme en una frase de qué se trata?",
    not_known_yet="No he encontrado respuesta a eso. ¿Puede decirlo con otras palabras?",
    sorry_other_words="Siento que no haya ayudado. ¿Puede decir con otras palabras qué necesita?",
    before_a_person="Una persona lo va a mirar. Para que vaya rápido:",
    some_questions="Necesitamos algo de usted:",
    not_clear="No he podido leer eso.",
    skip="Omitir",
    handing_over="Le paso con una persona, que le responderá aquí. No tiene que repetir nada.",
    handing_over_closed="Le paso con una persona. Ahora mismo no hay nadie; recibirá la respuesta aquí.",
    back_at="Volvemos {time}.",
    closed_now="Nuestro equipo no está en este momento.",
    solved="Me alegro. Escríbanos de nuevo cuando nos necesite.",
    task_done="Gracias, es todo lo que necesitamos. Una persona sigue desde aquí.",
)
