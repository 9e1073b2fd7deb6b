"""The help articles of the shop: language -> title, keywords and text, with how often each was read and whether it helped."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ArticleText:
    """One language."""

    title: str
    keywords: tuple[str, ...]
    body: str


@dataclass(frozen=True, kw_only=True)
class DemoArticle:
    """``reads`` a day, roughly; ``helped`` and ``failed``: judgements; ``comment``: what somebody missed."""

    texts: dict[str, ArticleText]
    reads: int
    helped: int
    failed: int
    comment: str = ""


def _text(title: str, keywords: str, body: str) -> ArticleText:
    return ArticleText(title=title, keywords=tuple(keywords.split(", ")), body=body)


ARTICLES = (
    DemoArticle(
        reads=14, helped=31, failed=4, comment="My parcel number is not found on that page.",
        texts={
            "en": _text("Where is my order?", "tracking, parcel, not arrived",
                        "Open the link in our shipping mail: it shows where your parcel is.\n\n"
                        "# It has not moved for days\n\n1. Wait for two working days.\n2. Ask your neighbours.\n3. Then write to us."),
            "de": _text("Wo ist meine Bestellung?", "Sendungsverfolgung, Paket, nicht angekommen",
                        "Öffnen Sie den Link in unserer Versandmail: Er zeigt, wo Ihr Paket ist."),
            "fr": _text("Où est ma commande ?", "suivi, colis, pas arrivé",
                        "Ouvrez le lien de notre message d’expédition : il montre où se trouve votre colis."),
        },
    ),
    DemoArticle(
        reads=11, helped=22, failed=2,
        texts={
            "en": _text("How do I send something back?", "return, refund, does not fit",
                        "You have **30 days**. Print the label from your account, and hand the parcel in at any parcel shop.\n\n"
                        "Your money is back within five working days after the parcel has arrived."),
            "de": _text("Wie schicke ich etwas zurück?", "Rücksendung, Rückgabe, Erstattung",
                        "Sie haben **30 Tage**. Drucken Sie das Etikett aus Ihrem Konto und geben Sie das Paket ab."),
            "fr": _text("Comment retourner un article ?", "retour, remboursement, rendre",
                        "Vous avez **30 jours**. Imprimez l’étiquette depuis votre compte et déposez le colis."),
        },
    ),
    DemoArticle(
        reads=6, helped=9, failed=5, comment="How do I change it after it was sent?",
        texts={
            "en": _text("How do I change my delivery address?", "wrong address, moved house",
                        "As long as the order is not packed: Account, then Orders, then Change address."),
            "de": _text("Wie ändere ich meine Lieferadresse?", "falsche Adresse, umgezogen",
                        "Solange die Bestellung nicht gepackt ist: Konto, Bestellungen, Adresse ändern."),
        },
    ),
    DemoArticle(
        reads=5, helped=12, failed=1,
        texts={
            "en": _text("Which payment methods are there?", "pay, card, invoice, bank transfer",
                        "- Card\n- PayPal\n- Bank transfer\n- Invoice, from the second order on"),
            "de": _text("Welche Zahlungsarten gibt es?", "bezahlen, Karte, Rechnung, Überweisung",
                        "- Karte\n- PayPal\n- Überweisung\n- Rechnung, ab der zweiten Bestellung"),
            "fr": _text("Quels sont les moyens de paiement ?", "payer, carte, facture, virement",
                        "- Carte\n- PayPal\n- Virement\n- Facture, dès la deuxième commande"),
        },
    ),
    DemoArticle(
        reads=4, helped=8, failed=0,
        texts={
            "en": _text("How do I cancel an order?", "cancellation, ordered by mistake",
                        "Until the parcel has left us: open the order and press Cancel. Later, send it back."),
            "de": _text("Wie storniere ich eine Bestellung?", "Stornierung, versehentlich bestellt",
                        "Bis das Paket uns verlassen hat: Bestellung öffnen, Stornieren drücken."),
        },
    ),
    DemoArticle(
        reads=3, helped=5, failed=1,
        texts={
            "en": _text("I forgot my password", "cannot log in, reset, sign in",
                        "Press “Forgot password” on the sign-in page. The link in the mail works for one hour."),
            "de": _text("Ich habe mein Passwort vergessen", "Anmelden, zurücksetzen, Login",
                        "Drücken Sie „Passwort vergessen“. Der Link in der Mail gilt eine Stunde."),
        },
    ),
    DemoArticle(
        reads=3, helped=4, failed=3, comment="Is damage by water included?",
        texts={
            "en": _text("How long is the warranty?", "guarantee, defective, broken",
                        "Two years from the day of purchase. Send us a photo of what is broken."),
            "de": _text("Wie lange gilt die Garantie?", "Gewährleistung, defekt, kaputt",
                        "Zwei Jahre ab Kauf. Schicken Sie uns ein Foto von dem, was kaputt ist."),
        },
    ),
    DemoArticle(
        reads=2, helped=3, failed=0,
        texts={
            "en": _text("Do you ship abroad?", "international shipping, customs, other countries",
                        "To 40 countries. The recipient pays customs and import taxes."),
            "de": _text("Liefern Sie ins Ausland?", "Auslandsversand, Zoll, andere Länder",
                        "In 40 Länder. Zoll und Einfuhrsteuern zahlt der Empfänger."),
        },
    ),
)  # fmt: skip
