"""What the help pages say around the articles, one complete set per language. Pure.

A table in code and not a gettext catalogue, as in policies/texts: readers have nothing to do with the languages of the admin.
"""

from dataclasses import dataclass

from tickets.policies.texts import base_of


@dataclass(frozen=True, kw_only=True)
class HelpTexts:
    """``{query}`` and ``{date}`` are filled in; everything else stands as it is."""

    language: str
    is_right_to_left: bool = False
    title: str
    lead: str
    search: str
    search_button: str
    most_read: str
    more: str
    nothing_yet: str
    nothing_yet_text: str
    found: str  # with {query}
    not_found: str  # with {query}
    not_found_text: str
    contact: str
    back: str
    changed: str  # with {date}
    languages: str
    did_it_help: str
    yes: str
    no: str
    thanks_yes: str
    thanks_no: str
    what_is_missing: str
    send: str
    thanks_comment: str
    more_about: str
    busy: str
    busy_text: str
    skip: str


ENGLISH = HelpTexts(
    language="en",
    title="Help",
    lead="Answers to what we are asked most often.",
    search="What are you looking for?",
    search_button="Search",
    most_read="Most read",
    more="More articles",
    nothing_yet="Nothing here yet",
    nothing_yet_text="We have not published any answers yet. Please write to us.",
    found="Articles for “{query}”",
    not_found="Nothing found for “{query}”",
    not_found_text="Try other words, or ask us: a person answers.",
    contact="Contact us",
    back="All articles",
    changed="Last changed on {date}",
    languages="In other languages",
    did_it_help="Did this help?",
    yes="Yes",
    no="No",
    thanks_yes="Thank you, we are glad.",
    thanks_no="Thank you for telling us.",
    what_is_missing="What is missing? Please do not write personal data here.",
    send="Send",
    thanks_comment="Thank you. Your words help us to improve this page.",
    more_about="More on this",
    busy="One moment, please",
    busy_text="There were too many requests from your network. Please try again in a minute.",
    skip="Skip to the content",
)
GERMAN = HelpTexts(
    language="de",
    title="Hilfe",
    lead="Antworten auf das, was wir am häufigsten gefragt werden.",
    search="Wonach suchen Sie?",
    search_button="Suchen",
    most_read="Am meisten gelesen",
    more="Weitere Artikel",
    nothing_yet="Hier ist noch nichts",
    nothing_yet_text="Wir haben noch keine Antworten veröffentlicht. Bitte schreiben Sie uns.",
    found="Artikel zu „{query}“",
    not_found="Nichts gefunden zu „{query}“",
    not_found_text="Versuchen Sie es mit anderen Worten oder fragen Sie uns: Ein Mensch antwortet.",
    contact="Kontakt aufnehmen",
    back="Alle Artikel",
    changed="Zuletzt geändert am {date}",
    languages="In anderen Sprachen",
    did_it_help="Hat das geholfen?",
    yes="Ja",
    no="Nein",
    thanks_yes="Danke, das freut uns.",
    thanks_no="Danke für den Hinweis.",
    what_is_missing="Was fehlt? Bitte schreiben Sie hier keine persönlichen Daten.",
    send="Senden",
    thanks_comment="Danke. Ihre Worte helfen uns, diese Seite zu verbessern.",
    more_about="Mehr dazu",
    busy="Einen Moment bitte",
    busy_text="Aus Ihrem Netz kamen zu viele Anfragen. Bitte versuchen Sie es in einer Minute noch einmal.",
    skip="Zum Inhalt springen",
)
FRENCH = HelpTexts(
    language="fr",
    title="Aide",
    lead="Les réponses aux questions que l’on nous pose le plus souvent.",
    search="Que cherchez-vous ?",
    search_button="Rechercher",
    most_read="Les plus lus",
    more="Autres articles",
    nothing_yet="Rien pour le moment",
    nothing_yet_text="Nous n’avons pas encore publié de réponses. Écrivez-nous.",
    found="Articles pour « {query} »",
    not_found="Rien trouvé pour « {query} »",
    not_found_text="Essayez d’autres mots ou posez-nous la question : une personne vous répondra.",
    contact="Nous contacter",
    back="Tous les articles",
    changed="Dernière modification le {date}",
    languages="Dans d’autres langues",
    did_it_help="Cela vous a-t-il aidé ?",
    yes="Oui",
    no="Non",
    thanks_yes="Merci, nous en sommes ravis.",
    thanks_no="Merci de nous l’avoir dit.",
    what_is_missing="Que manque-t-il ? N’écrivez pas de données personnelles ici.",
    send="Envoyer",
    thanks_comment="Merci. Vos mots nous aident à améliorer cette page.",
    more_about="Sur le même sujet",
    busy="Un instant, s’il vous plaît",
    busy_text="Trop de demandes sont venues de votre réseau. Réessayez dans une minute.",
    skip="Aller au contenu",
)
SPANISH = HelpTexts(
    language="es",
    title="Ayuda",
    lead="Respuestas a lo que más nos preguntan.",
    search="¿Qué busca?",
    search_button="Buscar",
    most_read="Lo más leído",
    more="Más artículos",
    nothing_yet="Aún no hay nada",
    nothing_yet_text="Todavía no hemos publicado respuestas. Escríbanos, por favor.",
    found="Artículos para «{query}»",
    not_found="No se encontró nada para «{query}»",
    not_found_text="Pruebe con otras palabras o pregúntenos: le responde una persona.",
    contact="Contactar",
    back="Todos los artículos",
    changed="Última modificación: {date}",
    languages="En otros idiomas",
    did_it_help="¿Le ha servido?",
    yes="Sí",
    no="No",
    thanks_yes="Gracias, nos alegramos.",
    thanks_no="Gracias por decírnoslo.",
    what_is_missing="¿Qué falta? Por favor, no escriba aquí datos personales.",
    send="Enviar",
    thanks_comment="Gracias. Sus palabras nos ayudan a mejorar esta página.",
    more_about="Más sobre esto",
    busy="Un momento, por favor",
    busy_text="Han llegado demasiadas solicitudes desde su red. Inténtelo de nuevo en un minuto.",
    skip="Ir al contenido",
)
ARABIC = HelpTexts(
    language="ar",
    is_right_to_left=True,
    title="المساعدة",
    lead="إجابات عن أكثر ما نُسأل عنه.",
    search="عمّ تبحث؟",
    search_button="بحث",
    most_read="الأكثر قراءة",
    more="مقالات أخرى",
    nothing_yet="لا يوجد شيء هنا بعد",
    nothing_yet_text="لم ننشر أي إجابات بعد. راسلنا من فضلك.",
    found="مقالات عن «{query}»",
    not_found="لم نجد شيئًا عن «{query}»",
    not_found_text="جرّب كلمات أخرى، أو اسألنا: سيجيبك شخص من فريقنا.",
    contact="تواصل معنا",
    back="كل المقالات",
    changed="آخر تعديل في {date}",
    languages="بلغات أخرى",
    did_it_help="هل أفادك هذا؟",
    yes="نعم",
    no="لا",
    thanks_yes="شكرًا، يسعدنا ذلك.",
    thanks_no="شكرًا لإخبارنا.",
    what_is_missing="ما الذي ينقص؟ من فضلك لا تكتب هنا بيانات شخصية.",
    send="إرسال",
    thanks_comment="شكرًا. كلماتك تساعدنا على تحسين هذه الصفحة.",
    more_about="المزيد عن هذا",
    busy="لحظة من فضلك",
    busy_text="وصلت طلبات كثيرة جدًا من شبكتك. حاول مرة أخرى بعد دقيقة.",
    skip="انتقل إلى المحتوى",
)
TEXTS = {texts.language: texts for texts in (ENGLISH, GERMAN, FRENCH, SPANISH, ARABIC)}


def help_texts(*languages: str) -> HelpTexts:
    """The texts of the first language that we speak; English when we speak none."""
    for language in languages:
        known = TEXTS.get(base_of(language))
        if known is not None:
            return known
    return ENGLISH
