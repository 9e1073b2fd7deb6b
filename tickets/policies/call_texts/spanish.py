"""Español."""

from tickets.policies.call_texts.wording import CallTexts

SPANISH = CallTexts(
    language="es",
    voice_language="es-ES",
    greeting="Bienvenido a {brand}.",
    closed="En este momento no estamos. Volvemos {time}.",
    closed_for_good="En este momento no estamos.",
    ask="Pulse una tecla, o diga en pocas palabras de qué se trata.",
    options={
        "deflect": "Para continuar por {channel}, sin esperar, pulse 1.",
        "agent": "Para esperar a uno de nosotros, pulse 2.",
        "voicemail": "Para dejar un mensaje, pulse 3.",
        "callback": "Para que le llamemos, pulse 4.",
    },
    spoken={
        "deflect": "whatsapp sms",
        "agent": "agente humano",
        "voicemail": "buzón contestador",
        "callback": "llámenme llamarme",
    },
    said_alone={
        "deflect": "uno escribir texto",
        "agent": "dos esperar persona alguien",
        "voicemail": "tres grabar",
        "callback": "cuatro llamada",
    },
    text_message="SMS",
    wrong_key="Esa opción no existe.",
    no_key="No hemos oído nada.",
    noted="Gracias, lo hemos anotado.",
    deflected="Le enviamos un mensaje por {channel}. Escriba allí su pregunta y seguimos con ella. Adiós.",
    not_deflected="No hemos podido enviar un mensaje a su número.",
    ringing="Un momento, por favor, le comunicamos.",
    recorded_notice="Esta llamada se graba.",
    waiting_next="Usted es el siguiente.",
    waiting="Usted es el número {position} de la cola.",
    offer_to_leave="Puede seguir esperando, o elegir:",
    nobody_free="Lo sentimos, en este momento nadie está libre.",
    voicemail="Deje su mensaje después de la señal y pulse almohadilla al terminar.",
    nothing_heard="No hemos oído nada. Adiós.",
    thanks_voicemail="Gracias, su mensaje nos ha llegado. Adiós.",
    call_back="Le llamaremos antes de {time}. Adiós.",
    goodbye="Gracias por su llamada. Adiós.",
    fault="Lo sentimos, algo no funciona. Por favor, llame de nuevo en unos minutos.",
    whisper="Una llamada para {brand}.",
    accept="Pulse una tecla para atenderla.",
    message="Hola, somos {brand}. Acaba de llamarnos: escriba aquí su pregunta y seguimos con ella. Su caso es "
    "el #{number}.",
    message_with_words="Hola, somos {brand}. Acaba de llamarnos por: «{words}». Escriba aquí lo que aún debamos saber; "
    "seguimos con ello. Su caso es el #{number}.",
)
