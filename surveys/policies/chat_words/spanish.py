"""Spanish words around a score."""

from surveys.policies.chat_words.words import ChatWords, counted, words

SPANISH = ChatWords(
    numbers=counted("cero uno dos tres cuatro cinco seis siete ocho nueve diez un una") | {"un": 1, "una": 1},
    weak=words("un una"),
    of=words("de sobre entre"),
    to=words("a o hasta al"),
    points=words("punto puntos estrella estrellas"),
    talk=words(
        "yo le les te os doy da dar daria pongo pondria digo diria mi la el un una es era fue seria nota "
        "puntuacion calificacion valoracion de por para como unos aproximadamente quizas quiza tal vez claro "
        "claramente escala en lo favor"
    ),
    praise=words(
        "gracias muchas muy bien buen bueno buena excelente perfecto perfecta genial estupendo fantastico rapido "
        "rapida amable amables atento atenta contento contenta satisfecho satisfecha malo mala mal pesimo lento "
        "lenta servicio atencion ayuda equipo trabajo respuesta soporte todo si hola saludos y tan mucho encantado "
        "encantada ok vale"
    ),
    but=words("pero porque aunque sino embargo"),
    no=words("no nunca jamas ni sin"),
    meant=words("perdon perdona disculpa queria decir mejor correccion sino"),
    opens=words("que como quien cual cuando donde"),
    asks=words(
        "reembolso devolucion falta faltan roto rota danado cancelar factura pedido paquete entrega envio urgente "
        "llamar llamen espero esperando pregunta necesito quiero enviar llegado perdido dinero pagado "
        "cambio"
    ),
    up=words("si bien bueno genial perfecto excelente"),
    down=words("no mal malo pesimo"),
)
