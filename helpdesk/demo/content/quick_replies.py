"""The shop's quick replies and macros: what it answers again and again."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class DemoReply:
    """``texts``: language -> text, the source first; ``short``: a wording for messages of the phone."""

    folder: str
    title: str
    shortcut: str
    texts: dict[str, str]
    short: str = ""
    uses: int = 0


@dataclass(frozen=True, kw_only=True)
class DemoMacro:
    name: str
    reply: str = ""
    actions: tuple[dict[str, Any], ...] = ()
    status_after: str = ""


REPLIES = (
    DemoReply(
        folder="Delivery",
        title="Parcel is on its way",
        shortcut="way",
        uses=34,
        texts={
            "en": (
                "{{greeting|Hello}} {{customer.first_name|there}},\n\n"
                "your parcel has left our warehouse and usually arrives within two working days. The "
                "link in our shipping mail shows where it is.\n\n"
                "Kind regards\n"
                "{{agent.first_name|Your team}}, {{brand.name}}"
            ),
            "de": (
                "{{greeting|Guten Tag}} {{customer.name|}},\n\n"
                "Ihr Paket hat unser Lager verlassen und kommt in der Regel innerhalb von zwei Werktagen "
                "an. Der Link in unserer Versandmail zeigt, wo es ist.\n\n"
                "Freundliche Grüße\n"
                "{{agent.first_name|Ihr Team}}, {{brand.name}}"
            ),
            "fr": (
                "{{greeting|Bonjour}} {{customer.first_name|}},\n\n"
                "votre colis a quitté notre entrepôt et arrive en général sous deux jours ouvrés.\n\n"
                "Cordialement\n"
                "{{agent.first_name|Votre équipe}}, {{brand.name}}"
            ),
            "es": (
                "{{greeting|Hola}} {{customer.first_name|}}:\n\n"
                "su paquete ha salido de nuestro almacén y suele llegar en dos días laborables.\n\n"
                "Un saludo\n"
                "{{agent.first_name|Su equipo}}, {{brand.name}}"
            ),
        },
        short="Your parcel is on its way and should arrive within two working days. {{brand.name}}",
    ),
    DemoReply(
        folder="Delivery",
        title="Parcel is late",
        shortcut="late",
        uses=21,
        texts={
            "en": (
                "Dear {{customer.first_name|customer}},\n\n"
                "your order {{event.order.number}} is late, and we are sorry for it. We have asked the "
                "carrier and will tell you by {{date.tomorrow}} what they say.\n\n"
                "{{agent.first_name|Your team}}"
            ),
            "de": (
                "Guten Tag {{customer.name|}},\n\n"
                "Ihre Bestellung {{event.order.number}} verspätet sich, das tut uns leid. Wir haben beim "
                "Paketdienst nachgefragt und melden uns bis {{date.tomorrow}}.\n\n"
                "{{agent.first_name|Ihr Team}}"
            ),
        },
    ),
    DemoReply(
        folder="Delivery",
        title="Change the address",
        shortcut="address",
        uses=9,
        texts={
            "en": (
                "We can still change the address until the parcel leaves. Please send us the new one, "
                "with postcode and country."
            ),
        },
    ),
    DemoReply(
        folder="Returns",
        title="How to return",
        shortcut="return",
        uses=27,
        texts={
            "en": (
                "Dear {{customer.first_name|customer}},\n\n"
                "you can return anything within 30 days. Put the goods and the note into the parcel, "
                "stick the label on it and drop it at any shop of the carrier. The money is back within "
                "five working days of its arrival."
            ),
            "de": (
                "Guten Tag {{customer.name|}},\n\n"
                "Sie können alles innerhalb von 30 Tagen zurückgeben. Legen Sie Ware und Zettel ins "
                "Paket, kleben Sie das Etikett darauf und geben Sie es ab. Das Geld ist fünf Werktage "
                "nach der Ankunft zurück."
            ),
        },
    ),
    DemoReply(
        folder="Returns",
        title="Arrived damaged",
        shortcut="damaged",
        uses=12,
        texts={
            "en": (
                "I am sorry that it arrived damaged. Please send us a picture of the goods and of the "
                "box; then we send a new one at once."
            ),
        },
    ),
    DemoReply(
        folder="Returns",
        title="Refund is made",
        shortcut="refund",
        uses=16,
        texts={
            "en": (
                "We have refunded {{event.refund.amount}} today. Depending on your bank it takes up to "
                "five working days."
            ),
        },
    ),
    DemoReply(
        folder="Products",
        title="Back in stock",
        shortcut="stock",
        uses=5,
        texts={
            "en": "It will be back within two weeks. Shall I put one aside for you?",
        },
    ),
    DemoReply(
        folder="Products",
        title="Which bulb fits",
        shortcut="bulb",
        uses=3,
        texts={
            "en": ("It takes any LED bulb with an E27 socket of up to 9 watts; warm white suits the shade best."),
        },
    ),
    DemoReply(
        folder="Account",
        title="Reset the password",
        shortcut="password",
        uses=8,
        texts={
            "en": ("Open the sign-in page, press “Forgotten?” and follow the link in the mail. It works for an hour."),
        },
    ),
    DemoReply(
        folder="Account",
        title="Invoice once more",
        shortcut="invoice",
        uses=7,
        texts={
            "en": "Here is your invoice once more. You find all of them in your account under “Orders”.",
            "de": "Hier ist Ihre Rechnung noch einmal. Alle finden Sie in Ihrem Konto unter „Bestellungen“.",
        },
    ),
    DemoReply(
        folder="",
        title="Thank you",
        shortcut="thanks",
        uses=40,
        texts={
            "en": "Thank you for telling us, {{customer.first_name|and have a good day}}!",
            "de": "Vielen Dank für Ihre Nachricht!",
            "fr": "Merci de nous l’avoir signalé !",
            "es": "¡Gracias por avisarnos!",
        },
    ),
    DemoReply(
        folder="",
        title="We are looking into it",
        shortcut="look",
        uses=30,
        texts={
            "en": "I am looking into it and will write again today.",
            "de": "Ich kümmere mich darum und schreibe Ihnen heute noch.",
        },
    ),
)

MACROS = (
    DemoMacro(
        name="Late parcel: say so and wait", reply="Parcel is late", status_after="pending",
        actions=({"do": "set_priority", "to": "high"}, {"do": "add_tags", "tags": ["delivery"]}),
    ),
    DemoMacro(name="Thank and resolve", reply="Thank you", status_after="resolved"),
    DemoMacro(
        name="Hand to refunds", actions=({"do": "add_tags", "tags": ["refund"]}, {"do": "assign_team", "to": "Refunds and complaints"}),
    ),
)  # fmt: skip
