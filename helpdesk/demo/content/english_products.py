"""Broken, missing, to be returned, to be admired: cases about the lamps themselves."""

from helpdesk.demo.script import (
    Story,
    apologises,
    asks,
    assigns,
    is_asked,
    is_spam,
    notes,
    prioritises,
    promises,
    replies,
    resolves,
    tags,
    understands,
    vanishes,
    votes,
    waits,
)

STORIES = (
    Story(key="broken-glass", who="helen", day=9, time="08:35", subject="Glass shade arrived in pieces", steps=(
        asks("Good morning, the shade of the Ouse pendant is shattered. I nearly cut myself unpacking it. Pictures below.",
             files=("photo.png", "carton.png")),
        prioritises("samira", "high", "10m"), assigns("samira", "jonas", "1m", team="Refunds and complaints"),
        tags("jonas", "damaged"),
        replies("jonas", "Good morning Helen, I am glad you are not hurt. A new shade leaves today in a double carton. Please put the "
                "pieces in the bin; no need to send anything back.", "14m"),
        notes("jonas", "Third Ouse shade this month. Samira, shall we talk to packing?"),
        asks("That is very generous. Thank you.", "3h"), resolves("jonas", "15m"), votes(10, "Quick and human.", "2d"),
    )),
    Story(key="dimmer", who="bram", day=8, time="09:20", subject="Lamp hums with my dimmer", steps=(
        asks("The Beck lamp hums when dimmed below half. Dimmer is a common trailing-edge one. Known problem?"),
        tags("mara", "product advice", after="30m"),
        replies("mara", "Hello Bram, it hums with some dimmers that need a minimum load. Which wattage does yours start at? It "
                "is printed "
                "beside the terminals.", "6m"), waits("mara"),
        asks("It says 20-200 W.", "2h30m"),
        replies("mara", "There it is: the lamp has 7 W. A dimmer from 3 W ends the hum; any electrician has one for about 30.", "17m"),
        asks("Swapped it this evening. Silence! Thanks.", "1d4h"), resolves("mara", "14h"),
        votes(9, "Would have been nice to read this on the product page.", "3h"),
    )),
    Story(key="missing-screws", who="tessa", day=6, time="10:05", subject="Two screws missing", steps=(
        asks("The bag for the wall mount holds two screws instead of four. M4, I think?"),
        replies("mara", "Hello Tessa, M4 x 35 it is. A bag with six is in today's post.", "9m"), resolves("mara"),
        votes(9, "", "2d"),
    )),
    Story(key="return-sofa-table", who="ingrid", day=6, time="14:14", subject="Return of the side table", steps=(
        asks("The Fell side table is lovely but too tall beside our sofa. May I return it? It is unpacked but unused."),
        assigns("mara", "", team="Refunds and complaints"), tags("jonas", "refund", after="1h"),
        replies("jonas", "Hello Ingrid, of course, within 30 days. The label is attached; the money is back three days after it "
                "reaches us.", "12m", files=("return-label.pdf",)), waits("jonas"),
        asks("Dropped off this morning.", "1d20h"),
        replies("jonas", "It arrived, and 129.00 is on its way to your account.", "1d2h"), resolves("jonas"), is_asked(),
    )),
    Story(key="refund-missing", who="marcus", day=5, time="09:00", subject="Refund not received", steps=(
        asks("You wrote on the 2nd that 64.00 would be back within three days. Nothing on my account yet."),
        assigns("mara", "jonas", "5m", team="Refunds and complaints"), tags("jonas", "refund"),
        notes("jonas", "Bank returned it: the card has expired since. Needs an IBAN."),
        replies("jonas", "Hello Marcus, the bank sent the money back because the card expired. Please give me an IBAN through the safe "
                "form in your account, not by mail; I transfer the same day.", "24m"),
        asks("Done.", "5h"), replies("jonas", "Transferred, should be there tomorrow. Sorry for the wait!", "40m"),
        resolves("jonas"), votes(3, "Three weeks for 64 pounds. And every time I have to ask.", "1h"),
        understands("samira", "process.billing", "Returned transfers land in a folder that nobody looks at."),
        promises("samira", "Look through returned transfers every morning"), apologises("samira"),
        asks("It is still not here, two days later!", "2d1h"),
        replies("jonas", "I have asked our bank for the proof of payment and come back to you today.", "55m"), vanishes(),
    )),
    Story(key="hotel-offer", who="quay", day=4, time="09:30", subject="Offer for 42 reading lamps", steps=(
        asks("", html="<p>Dear team,</p><p>we would like an offer for:</p><table border='1'><tr><th>Lamp</th><th>Pieces</th>"
             "<th>Finish</th></tr><tr><td>Rill reading lamp</td><td>42</td><td>brass</td></tr><tr><td>Spare bulbs</td><td>60</td>"
             "<td>-</td></tr></table><p>Delivery in <b>two</b> lots, please.</p><p>R. Teague-Moss</p>"),
        tags("samira", "b2b", after="1h"), assigns("samira", "samira"),
        replies("samira", "Dear Ms Teague-Moss, with pleasure. The offer is attached: 12 % off the list price, two lots, both within "
                "three weeks. It is good for 30 days.", "2h", files=("offer-0042.pdf",)),
        asks("Thank you. It goes to our board tomorrow.", "4h"), waits("samira", "5m"),
    )),
    Story(key="praise", who="priya", day=4, time="16:45", subject="Just to say thank you", steps=(
        asks("No problem this time! Six flats, thirty lamps, not one broken. My guests ask where they are from. Priya"),
        tags("mara", "praise", after="8m"),
        replies("mara", "Priya, we read this aloud in the kitchen. Thank you!", "3m"),
        resolves("mara"), votes(10, "Always a pleasure.", "1h"),
    )),
    Story(key="seo-spam", who="seller", day=4, time="03:11", subject="RE: Your website ranking!!!", steps=(
        asks("Dear Sir/Madam, we can bring your website to FIRST PLACE in 7 days. Reply YES for a free quote. 100% guarantee."),
        is_spam("mara", "5h"),
    )),
    Story(key="seo-spam-2", who="seller", day=2, time="03:14", subject="Last chance: first place for wrenmoor", steps=(
        asks("Dear Sir/Madam, did you see our mail? Only today 70% discount on FIRST PLACE."), is_spam("mara", "5h"),
    )),
    Story(key="bulb-type", who="fergus", day=3, time="11:15", subject="Which bulb?", steps=(
        asks("Which bulb goes into the Rill? The print on mine has rubbed off."),
        replies("mara", "E14, up to 7 W LED; warm white (2700 K) looks best behind the brass.", "5m"), resolves("mara"),
        is_asked(),
    )),
    Story(key="flicker", who="grace", day=3, time="14:20", subject="Flickering after a week", steps=(
        asks("My new Tarn flickers after half an hour. Same with another bulb."),
        tags("jonas", "damaged", after="33m"),
        replies("jonas", "Hello Grace, then it is the driver, and that is ours to mend. Shall I send a new lamp and a box for the old "
                "one, or would you rather have the money back?", "4m"),
        asks("A new lamp please!", "25m"), replies("jonas", "On its way, with you on Thursday.", "10m"), resolves("jonas", "5m"),
        votes(8, "", "1d"),
    )),
    Story(key="invoice-copy", who="studio", day=2, time="10:10", subject="Duplicate of invoice 20377", steps=(
        asks("Could you send invoice 20377 again, with our VAT number on it? Merci!"), tags("mara", "invoice", "b2b", after="20m"),
        replies("mara", "Here it is, with the VAT number.", "6m", files=("invoice-20377.pdf",)), resolves("mara"),
        votes(9, "Parfait.", "3h"),
    )),
    Story(key="warranty", who="callum", day=2, time="13:30", subject="Warranty after two years?", steps=(
        asks("The switch of my floor lamp broke, bought 26 months ago. Anything you can do?"),
        replies("jonas", "Hello Callum, the warranty ended two months ago, but switches should last longer than that. I am sending you "
                "one with a drawing of how to change it; please unplug the lamp first.", "50m", files=("switch.pdf",)),
        asks("I did not expect that. Great.", "1h10m"), resolves("jonas", "5m"), votes(10, "Above and beyond.", "2h"),
    )),
)  # fmt: skip
