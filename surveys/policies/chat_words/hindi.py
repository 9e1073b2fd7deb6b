"""Hindi words around a score."""

from surveys.policies.chat_words.words import ChatWords, counted, words

HINDI = ChatWords(
    numbers=counted("शून्य एक दो तीन चार पाँच/पांच छह/छः/छे सात आठ नौ दस"),
    weak=words("एक"),
    own=words("दो"),
    doubtful=words("दो"),
    over=words("में से मे"),
    to=words("या तक"),
    points=words("अंक स्टार सितारे पॉइंट"),
    talk=words("मैं मेरा मेरी देता देती दूंगा दूंगी हूँ हूं है था थी रेटिंग लगभग शायद को आपको के लिए से में बस कृपया"),
    praise=words(
        "धन्यवाद शुक्रिया बहुत अच्छा अच्छी अच्छे बढ़िया शानदार उत्तम सेवा मदद सहायता टीम खुश संतुष्ट खराब बुरा "
        "धीमा तेज़ हाँ हां नमस्ते जी और सब"
    ),
    but=words("लेकिन पर क्योंकि मगर परंतु बल्कि"),
    no_after=words("नहीं"),
    no=words("ना न मत"),
    meant=words("माफ़ माफ कीजिए मतलब असल सुधार बल्कि"),
    opens=words("कब क्यों कौन कैसे क्या कहाँ कहां"),
    asks=words("रिफंड वापसी टूटा गायब रद्द बिल ऑर्डर पार्सल डिलीवरी तुरंत फोन इंतज़ार सवाल चाहिए पैसे"),
    up=words("हाँ हां अच्छा बढ़िया जी"),
    down=words("नहीं खराब बुरा"),
)
