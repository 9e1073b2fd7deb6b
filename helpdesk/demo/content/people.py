"""Who works in the demo shop, and who writes to it. All invented."""

from helpdesk.demo.script import Agent, Person

BRAND = "Wrenmoor Lamps"
SITE_URL = "https://wrenmoor.example/"
MAIL_ADDRESS = "care@wrenmoor.example"
MAIL_SLUG, CHAT_SLUG = "demo-mail", "demo-chat"
# key in the stories -> (kind, name): tried without an account, so that nothing leaves
MESSAGING = {
    "whatsapp": ("whatsapp", "WhatsApp"),
    "instagram": ("instagram", "Instagram"),
    "telegram": ("telegram", "Telegram"),
    "sms": ("sms", "SMS"),
    "reviews": ("google_reviews", "Google reviews"),
}

# name -> whether only its members see its tickets
TEAMS = {"Orders and delivery": False, "Refunds and complaints": True}
TAGS = {
    "delivery": "#2563eb",
    "damaged": "#b45309",
    "refund": "#be123c",
    "invoice": "#4d7c0f",
    "product advice": "#0f766e",
    "b2b": "#6d28d9",
    "praise": "#a16207",
}
# Tag -> what a ticket with it is about.
TOPICS = {
    "delivery": "Delivery",
    "damaged": "Damaged on arrival",
    "refund": "Refunds",
    "invoice": "Invoices",
    "product advice": "Product advice",
}
ORGANIZATIONS = {
    "Café Morgenrot": ("cafe-morgenrot.example",),
    "Studio Ondelune": ("ondelune.example",),
    "Hotel Quay Nine": ("quaynine.example",),
}

AGENTS = (
    Agent(
        key="mara", first_name="Mara", last_name="Holmquist", role="agent", teams=("Orders and delivery",),
        languages=("en", "de", "es"), signature="Mara Holmquist\nWrenmoor Lamps · Orders and delivery",
    ),
    Agent(
        key="jonas", first_name="Jonas", last_name="Wirthner", role="agent",
        teams=("Orders and delivery", "Refunds and complaints"), languages=("en", "de", "fr"),
        signature="Jonas Wirthner\nWrenmoor Lamps",
    ),
    Agent(
        key="samira", first_name="Samira", last_name="Belhadri", role="lead", teams=("Refunds and complaints",),
        languages=("en", "fr", "ar"), signature="Samira Belhadri\nWrenmoor Lamps · Head of customer care",
    ),
)  # fmt: skip

PEOPLE = (
    Person(key="tessa", name="Tessa Brindlow", address="tessa.brindlow@post.example", language="en"),
    Person(key="owen", name="Owen Marchetter", address="owen@marchetter.example", language="en"),
    Person(key="priya", name="Priya Nandorath", address="priya.n@mailbox.example", language="en", is_vip=True,
           note="Furnishes holiday flats, orders every month. Likes short answers.", time_zone="Asia/Kolkata"),
    Person(key="callum", name="Callum Fennewick", address="c.fennewick@post.example", language="en"),
    Person(key="ingrid", name="Ingrid Solbakken-Rae", address="ingrid@sbr.example", language="en"),
    Person(key="dwayne", name="Dwayne Okorromo", address="dwayne.okorromo@mailbox.example", language="en"),
    Person(key="quay", name="Rosalind Teague-Moss", address="housekeeping@quaynine.example", language="en", is_vip=True,
           note="Hotel with 42 rooms. Invoices always to accounts@quaynine.example."),
    Person(key="helen", name="Helen Astrup-Vane", address="helen.vane@post.example", language="en"),
    Person(key="marcus", name="Marcus Thorndyle", address="marcus.t@mailbox.example", language="en"),
    Person(key="yuki", name="Yuki Tanabori", address="yuki@tanabori.example", language="en"),
    Person(key="nadia", name="Nadia Pereskova", address="nadia.p@post.example", language="en"),
    Person(key="bram", name="Bram Oosterzeel", address="bram@oosterzeel.example", language="en"),
    Person(key="grace", name="Grace Adeyinlo", address="grace.adeyinlo@mailbox.example", language="en"),
    Person(key="fergus", name="Fergus McAlloway", address="fergus@mcalloway.example", language="en"),
    Person(key="lotte", name="Lotte Brunngraber", address="lotte.brunngraber@briefkasten.example", language="de"),
    Person(key="henning", name="Henning Ackerstolz", address="h.ackerstolz@briefkasten.example", language="de"),
    Person(key="cafe", name="Mirjam Feldhauser", address="mirjam@cafe-morgenrot.example", language="de"),
    Person(key="ulrike", name="Ulrike Sandhöfner", address="ulrike@sandhoefner.example", language="de"),
    Person(key="torben", name="Torben Kleinewind", address="torben.kw@briefkasten.example", language="de"),
    Person(key="anneliese", name="Anneliese Wolkner", address="a.wolkner@briefkasten.example", language="de",
           note="Hört schlecht: nicht anrufen."),
    Person(key="amelie", name="Amélie Trévignon", address="amelie.trevignon@courriel.example", language="fr"),
    Person(key="bastien", name="Bastien Corvalet", address="b.corvalet@courriel.example", language="fr"),
    Person(key="studio", name="Océane Marquaire", address="oceane@ondelune.example", language="fr"),
    Person(key="lucia", name="Lucía Berganzo", address="lucia.berganzo@correo.example", language="es"),
    Person(key="mateo", name="Mateo Quirolga", address="mateo@quirolga.example", language="es"),
    Person(key="ines", name="Inés Carrascal-Duero", address="ines.cd@correo.example", language="es"),
    Person(key="layla", name="ليلى المنصراوي", address="layla@barid.example", language="ar"),
    Person(key="karim", name="كريم بوعزاني", address="karim.b@barid.example", language="ar"),
    Person(key="mei", name="林美晴", address="mei.lin@youxiang.example", language="zh"),
    Person(key="hao", name="赵皓然", address="haoran@youxiang.example", language="zh"),
    Person(key="sophea", name="សុភា ច័ន្ទរស្មី", address="sophea@sambot.example", language="km"),
    Person(key="aoi", name="桜井あおい", address="aoi@yubin.example", language="ja"),
    Person(key="piotr", name="Piotr Wiśnioch", address="piotr@poczta.example", language="pl"),
    Person(key="visitor", name="Robin", address="visitor-7c21", language="en"),
    Person(key="nils", name="Nils (chat)", address="visitor-19ab", language="de"),
    Person(key="tomasz", name="Tomasz Grabowiecki", address="+447700900142", language="en"),
    Person(key="fatou", name="Fatou Ndiaye-Roux", address="+447700900187", language="en", is_vip=True,
           note="Writes from WhatsApp and by text message."),
    Person(key="rutger", name="Rutger Van Aelmoes", address="+447700900163", language="en"),
    Person(key="zoe", name="zoe.in.the.attic", address="17841400000000011", language="en"),
    Person(key="noor", name="noor_at_home", address="17841400000000012", language="en"),
    Person(key="dmytro", name="Dmytro Koval-Rud", address="700100201", language="en"),
    Person(key="gwen", name="Gwendolyn Ashcombe", address="reviewer-31", language="en"),
    Person(key="piet", name="Piet Hoogervorst", address="reviewer-32", language="en"),
    Person(key="seller", name="Best Rank Team", address="offers@rank-first.example", language="en"),
)  # fmt: skip
