"""Deutsch."""

from tickets.policies.call_texts.wording import CallTexts

GERMAN = CallTexts(
    language="de",
    voice_language="de-DE",
    greeting="Willkommen bei {brand}.",
    closed="Im Augenblick ist niemand da. Wir sind {time} wieder für Sie da.",
    closed_for_good="Im Augenblick ist niemand da.",
    ask="Drücken Sie eine Taste, oder sagen Sie in wenigen Worten, worum es geht.",
    options={
        "deflect": "Um ohne Warten per {channel} weiterzumachen, drücken Sie die 1.",
        "agent": "Um auf jemanden von uns zu warten, drücken Sie die 2.",
        "voicemail": "Um eine Nachricht zu hinterlassen, drücken Sie die 3.",
        "callback": "Um zurückgerufen zu werden, drücken Sie die 4.",
    },
    spoken={
        "deflect": "whatsapp sms textnachricht schriftlich",
        "agent": "mitarbeiter mitarbeiterin mensch",
        "voicemail": "anrufbeantworter mailbox",
        "callback": "rückruf zurückrufen zurückgerufen",
    },
    said_alone={
        "deflect": "eins schreiben nachricht chat",
        "agent": "zwei zwo warten person jemand jemanden",
        "voicemail": "drei aufsprechen",
        "callback": "vier",
    },
    text_message="Textnachricht",
    wrong_key="Diese Auswahl gibt es nicht.",
    no_key="Wir haben nichts gehört.",
    noted="Danke, das haben wir notiert.",
    deflected="Wir senden Ihnen eine Nachricht per {channel}. Schreiben Sie dort Ihre Frage, wir machen damit weiter. Auf Wiederhören.",
    not_deflected="Wir konnten an Ihre Nummer keine Nachricht senden.",
    ringing="Einen Moment bitte, wir verbinden Sie.",
    recorded_notice="Dieses Gespräch wird aufgezeichnet.",
    waiting_next="Sie sind als Nächstes an der Reihe.",
    waiting="Sie sind an Stelle {position} in der Warteschlange.",
    offer_to_leave="Sie können weiter warten, oder wählen Sie:",
    nobody_free="Es tut uns leid, im Augenblick ist niemand frei.",
    voicemail="Bitte sprechen Sie nach dem Ton, und drücken Sie am Ende die Rautetaste.",
    nothing_heard="Wir haben nichts gehört. Auf Wiederhören.",
    thanks_voicemail="Vielen Dank, Ihre Nachricht ist bei uns angekommen. Auf Wiederhören.",
    call_back="Wir rufen Sie bis {time} zurück. Auf Wiederhören.",
    goodbye="Vielen Dank für Ihren Anruf. Auf Wiederhören.",
    fault="Es tut uns leid, hier funktioniert etwas nicht. Bitte rufen Sie in einigen Minuten noch einmal an.",
    whisper="Ein Anruf für {brand}.",
    accept="Drücken Sie eine Taste, um ihn anzunehmen.",
    message="Guten Tag, hier ist {brand}. Sie haben uns gerade angerufen: Schreiben Sie hier Ihre Frage, wir "
    "machen damit weiter. Ihr Vorgang hat die Nummer #{number}.",
    message_with_words="Guten Tag, hier ist {brand}. Sie haben uns gerade angerufen: „{words}“. Schreiben Sie hier, was wir "
    "noch wissen sollten; wir machen damit weiter. Ihr Vorgang hat die Nummer #{number}.",
)
