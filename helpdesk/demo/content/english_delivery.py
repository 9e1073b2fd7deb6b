"""Where is my parcel: deliveries late, wrong, lost and found."""

from helpdesk.demo.script import (
    Story,
    apologises,
    asks,
    assigns,
    bounces,
    corrects,
    holds,
    is_asked,
    merges_into,
    notes,
    promises,
    replies,
    resolves,
    tags,
    understands,
    votes,
)

STORIES = (
    Story(key="parcel-neighbour", who="tessa", day=9, time="09:12", subject="Order W-20418 says delivered, but it is not here", steps=(
        asks("Hello,\n\nthe tracking says my two wall lamps were delivered yesterday at 14:05. I was at home all day and nobody rang. "
             "Could you find out where they are?\n\nBest wishes\nTessa Brindlow"),
        tags("mara", "delivery", after="21m"),
        replies("mara", "Hello Tessa,\n\nI am sorry, that is annoying. I have opened an inquiry with the carrier; they usually "
                "answer within "
                "a day. Could you look whether a card was left, and ask next door?", "4m"),
        asks("No card, but you were right about next door: number 14 took them in and forgot. All is well, thank you for the quick help!",
             "5h20m"),
        replies("mara", "How good to hear! Enjoy the lamps, and do write if anything is missing.", "18m"),
        resolves("mara"), votes(10, "Answered within half an hour. That is how it should be.", "1d2h"),
    )),
    Story(key="parcel-lost", who="owen", day=9, time="11:40", subject="W-20377: no movement for eight days", steps=(
        asks("Hi there, tracking for W-20377 has not changed since last week. Is the parcel lost? It is a birthday present for "
             "Saturday."),
        assigns("mara", "jonas", "12m", team="Orders and delivery"),
        replies("jonas", "Hi Owen, it does look lost to me. I do not want you to miss Saturday, so I am sending the lamp again today by "
                "express, at our cost. You will get the new number by tonight.", "16m"),
        notes("jonas", "Carrier claim filed, reference 88-31-7. They have ten days to answer."), tags("jonas", "delivery"),
        asks("Wow, thank you. Fingers crossed!", "40m"), resolves("jonas", "1d"),
        asks("It arrived on Friday and she loved it. You saved me.", "1d3h"),
        replies("jonas", "That made our day, thank you for telling us!", "35m"), resolves("jonas"), votes(10, "", "2h"),
    )),
    Story(key="wrong-colour", who="callum", day=8, time="13:05", subject="Wrong colour in the box", steps=(
        asks("I ordered the Tarn lamp in moss green and got it in black. Order W-20422. Photo attached.", files=("photo.png",)),
        replies("mara", "Hello Callum, sorry for the mix-up. The green one leaves today. Please keep the black one until then; "
                "I attach a "
                "return label so that it costs you nothing.", "34m", files=("return-label.pdf",)),
        tags("mara", "delivery"), asks("Fine, thanks. Will drop it off on Monday.", "2h"), resolves("mara", "20m"),
        votes(8, "Mistakes happen, solved quickly.", "20h"),
    )),
    Story(key="address-change", who="ingrid", day=8, time="15:50", subject="Please change my delivery address", steps=(
        asks("Could you send W-20431 to my office instead? 5 Mill Row, second floor. Thank you! Ingrid"),
        replies("mara", "Done: it has not left the warehouse yet, so the new address stands on the parcel.", "11m"),
        resolves("mara"), asks("That was fast!", "3m"), resolves("mara", "2m"), votes(9, "", "5h"),
    )),
    Story(key="customs", who="nadia", day=7, time="08:20", subject="Customs wants a form?", steps=(
        asks("The customs office wrote that they need an invoice with the value of each lamp before they release the parcel. "
             "What do I do?"),
        tags("jonas", "delivery", "invoice", after="45m"),
        replies("jonas", "Hello Nadia, I attach the invoice with the values and the tariff number. Please forward it to the office as it "
                "is; they normally release within two days.", "8m", files=("invoice-20399.pdf",)),
        holds("jonas"),
        asks("They have it now. They say Thursday.", "1d1h"),
        replies("jonas", "Good. I keep an eye on the tracking and write when it moves.", "50m"), holds("jonas"),
        replies("jonas", "It moved: cleared this morning, with the local post now.", "1d20h"), resolves("jonas"), is_asked(),
    )),
    Story(key="half-order", who="quay", day=7, time="10:15", subject="Only 18 of 24 bedside lamps", steps=(
        asks("Dear Wrenmoor team,\n\ntoday we received 18 lamps. The delivery note says 24. Our guests arrive on Friday.\n\nR. "
             "Teague-Moss\n"
             "Hotel Quay Nine", files=("delivery-note.txt",)),
        assigns("samira", "samira", "9m", team="Orders and delivery"), tags("samira", "delivery", "b2b"),
        replies("samira", "Dear Ms Teague-Moss, two cartons were left behind at the depot. They reach you tomorrow before noon; I have "
                "the depot's word and shall call them at nine.", "26m"),
        notes("samira", "Depot: two cartons scanned 06:40, on the 07:30 tour tomorrow. Call at 9."),
        asks("Thank you. I rely on that.", "15m"),
        replies("samira", "They are on the van. Expected at your door 10:45.", "18h"),
        asks("All 24 here. Much obliged.", "2h10m"), resolves("samira", "10m"), votes(9, "One person took care of it.", "1d"),
    )),
    Story(key="late-again", who="dwayne", day=6, time="17:30", subject="Third time late", steps=(
        asks("This is the third order in a row that comes late. W-20460 was promised for Tuesday. I am honestly tired of this."),
        asks("And now the tracking page says 'information received' again. Is it even packed?", "3h"),
        replies("jonas", "Hello Dwayne, you are right to be cross. It left today; our packing had two days of backlog and we should have "
                "told you. I have refunded the shipping.", "13h"),
        asks("Refunding 4.90 does not bring back the afternoon I waited at home.", "1h40m"),
        replies("samira", "Hello Dwayne, I lead the team here. I have changed your orders so that you see the packing status, and from "
                "now on you get a mail when a date slips. I am sorry about your afternoon.", "3h"),
        resolves("samira", "1d"), votes(4, "Kind words, but the same thing happened three times.", "4h"),
        understands("samira", "process.slow", "Packing was two days behind, and nobody told customers whose date slipped."),
        promises("samira", "A second person at the packing table until the backlog is gone", "A mail by itself when a date slips"),
        apologises("samira"), corrects("samira", "Tom packs since this morning.", "20h"),
        asks("That I can see: the lamp I ordered on Friday is already on its way. Let us hope it stays like this.", "2h"),
    )),
    Story(key="tracking-question", who="grace", day=5, time="12:02", subject="Tracking number please", steps=(
        asks("Hi, could I have the tracking number for W-20471?"),
        replies("mara", "Hello Grace, here it is: 00-4417-20471. It should arrive tomorrow between 9 and 12.", "7m"),
        resolves("mara"), is_asked(),
    )),
    Story(key="tracking-again", who="grace", day=5, time="12:31", subject="Where can I enter the tracking number?", steps=(
        asks("Sorry, me again. Your page says the number is unknown."), merges_into("mara", "tracking-question", "6m"),
    )),
    Story(key="mailbox-gone", who="marcus", day=5, time="16:10", subject="Delivery to the Isle", steps=(
        asks("Do you deliver to the islands, and what does it cost for the big floor lamp?"),
        replies("mara", "Hello Marcus, we do: 18.50 and four to six working days, with the ferry.", "40m"), bounces(),
        notes("mara", "The mail came back, mailbox unknown. No phone number on the account. Waiting whether he writes again.", "20h"),
    )),
    Story(key="pickup", who="fergus", day=4, time="10:44", subject="Can I pick it up myself?", steps=(
        asks("I live ten minutes from your warehouse. Could I fetch W-20502 myself and save the shipping?"),
        replies("mara", "Hello Fergus, gladly, from 8 to 16. Bring the order number; I have taken off the shipping.", "22m"),
        asks("Picked up. Friendly lad at the gate, by the way.", "1d2h"), resolves("mara", "14m"),
        votes(10, "Easy. And the lad at the gate deserves a raise.", "50m"),
    )),
    Story(key="evening-delivery", who="yuki", day=3, time="07:50", subject="Evening delivery possible?", steps=(
        asks("Hello, I work shifts. Is delivery after 18:00 possible?"),
        replies("jonas", "Hello Yuki, yes, choose “evening” in the carrier's mail once it arrives. It is free.", "25m"),
        asks("Found it. Thanks!", "6h"), resolves("jonas", "30m"), votes(9, "", "2h"),
    )),
)  # fmt: skip
