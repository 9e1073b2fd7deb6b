"""What lies open right now: written hours ago, some of it late, some of it half done."""

from helpdesk.demo.script import (
    Story,
    asks,
    assigns,
    drafts,
    holds,
    notes,
    prioritises,
    reads,
    replies,
    tags,
    waits,
)

STORIES = (
    Story(key="open-three-days", who="helen", ago="3d", subject="Cable too short, can I get a longer one?", steps=(
        asks("Hello, the cable of the Ouse pendant is 1.2 m; our ceiling is 3.4 m high. Do you sell it with a longer one? Helen"),
        tags("mara", "product advice", after="2h"),
        asks("Did my mail reach you? The electrician comes on Monday.", "1d21h"),
    )),
    Story(key="open-two-hours", who="dwayne", ago="2h5m", subject="W-20533: the door of the cabinet does not close", steps=(
        asks("Hi, put the cabinet together, but the left door hangs 5 mm lower and does not close. Is there a trick?",
             files=("photo.png",)), reads("mara", "50m"),
    )),
    Story(key="open-vip", who="priya", ago="1h25m", subject="Need ten Tarn lamps by Friday", steps=(
        asks("Hi all, a new flat is ready earlier than planned. Can you get me ten Tarn (moss) by Friday? Express is fine. Priya"),
        prioritises("samira", "urgent", "20m"), assigns("samira", "mara", "1m", team="Orders and delivery"),
    )),
    Story(key="open-fresh-1", who="owen", ago="9m", subject="Gift card balance", steps=(
        asks("Hello, how do I see what is left on a gift card? The code is on the way to you by post, I hope that is alright."),
    )),
    Story(key="open-fresh-2", who="yuki", ago="26m", subject="Is the Beck lamp safe in a bathroom?", steps=(
        asks("I would like to hang it over the mirror, about 60 cm from the basin. Is that allowed?"),
    )),
    Story(key="open-draft", who="bram", ago="48m", subject="Sample of the linen shade", steps=(
        asks("Could you send a small piece of the linen, so that I can compare it with our curtains?"),
        reads("jonas", "20m"), assigns("jonas", "jonas", "1m"),
        drafts("jonas", "Hello Bram, with pleasure. Which of the three colours: sand, moss or", "2m"),
    )),
    Story(key="open-answered", who="nadia", ago="5h", subject="Which size for a table of 2 m?", steps=(
        asks("Our table is 2 m long. One big pendant or three small ones?"), tags("mara", "product advice", after="15m"),
        replies("mara", "Hello Nadia, three small ones, 60 cm apart, give even light. The big one looks better from the sofa. What "
                "matters more to you?", "10m"), waits("mara"),
    )),
    Story(key="open-hold", who="ingrid", ago="1d4h", subject="Marks on the brass foot", steps=(
        asks("There are dark marks on the foot since I wiped it with a damp cloth. Can they be removed?", files=("photo.png",)),
        replies("jonas", "Hello Ingrid, most likely the lacquer. I have sent your picture to our workshop and answer when they have "
                "looked at it.", "30m"), notes("jonas", "Asked the workshop (Ottmar). Back on Thursday."), holds("jonas"),
    )),
    Story(key="open-ping-pong", who="callum", ago="6h30m", subject="Discount for a damaged box?", steps=(
        asks("The lamp is fine but the gift box is crushed, and it was meant as a gift. Could you meet me half way?"),
        assigns("mara", "", "30m", team="Refunds and complaints"), tags("mara", "damaged", "refund"),
        replies("jonas", "Hello Callum, a new box leaves today, so that the gift looks like one. Would that do, or is it too "
                "late?", "35m"),
        asks("Too late, the party is tonight. I would prefer the discount.", "2h"),
        replies("jonas", "Understood: 15 % are on their way back to your card.", "15m"),
        asks("Thanks. Does that take long?", "1h10m"),
    )),
    Story(key="chat-open", who="visitor", ago="14m", subject="", channel="chat", steps=(
        asks("hi, anyone there?"), asks("is the rill lamp in stock in brass?", "1m"), asks("the page says 3 left but i cannot "
             "order", "2m"),
    )),
    Story(key="chat-done", who="visitor", ago="1d2h", subject="", channel="chat", steps=(
        asks("do you ship to ireland?"), replies("mara", "Hi! Yes, 7.90 and two to three working days.", "3m"),
        asks("great thx", "1m"), waits("mara", "2m"),
    )),
    Story(key="open-complaint", who="marcus", ago="22h", subject="Formal complaint", steps=(
        asks("I have now waited four weeks for a refund of 64.00. If it is not on my account by Friday I shall take further steps.\n\n"
             "Marcus Thorndyle"),
        prioritises("samira", "high", "40m"), assigns("samira", "samira", "1m", team="Refunds and complaints"),
        tags("samira", "refund"), notes("samira", "Bank confirms: paid out twice, returned twice. Calling accounting tomorrow at 9."),
    )),
)  # fmt: skip
