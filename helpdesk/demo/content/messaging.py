"""Chats, comments and reviews: what customers write where they are, and one who comes back on another channel."""

from helpdesk.demo.script import Story, asks, assigns, is_asked, notes, reads, replies, resolves, tags, votes, waits

STORIES = (
    Story(key="chat-tracking", who="tomasz", ago="14m", subject="", channel="whatsapp", steps=(
        asks("Hi! The tracking of W-20871 has said “on its way” since Wednesday 🙈"),
        asks("Can you see where it is?", "1m"),
    )),
    Story(key="chat-broken", who="fatou", day=2, time="10:05", subject="", channel="whatsapp", steps=(
        asks("Hello, the glass of my Ouse pendant came broken, here is a picture.", files=("photo.png",)),
        assigns("mara", "mara", "6m", team="Orders and delivery"), tags("mara", "damaged"),
        replies("mara", "Hello Fatou, I am sorry! A new glass leaves the house today. You need not send the old one back.", "4m"),
        asks("That was quick, thank you ❤️", "9m"), resolves("mara", "2m"), votes(10, "Answered within ten minutes!", "1h"),
    )),
    Story(key="chat-invoice", who="rutger", day=4, time="14:20", subject="", channel="whatsapp", steps=(
        asks("Do you have the invoice for W-20644 as a PDF?"), tags("jonas", "invoice", after="12m"),
        replies("jonas", "Of course, Rutger: it is on its way to your mail address.", "3m"), resolves("jonas"), is_asked("30m"),
    )),
    Story(key="text-delivery", who="fatou", ago="3h20m", subject="", channel="sms", steps=(
        asks("Courier called, I was in a meeting. Can he come after 6 pm? Fatou Ndiaye-Roux"),
        replies("mara", "Hello Fatou, he comes between 18 and 20 h. Is that fine?", "25m"), waits("mara"),
    )),
    Story(key="comment-waiting", who="zoe", ago="52m", subject="", channel="instagram", is_public=True, steps=(
        asks("Ordered the moss one three weeks ago and still no lamp. Does anybody read this?"),
    )),
    Story(key="comment-praise", who="noor", day=3, time="11:40", subject="", channel="instagram", is_public=True, steps=(
        asks("The Tarn lamp on our shelf makes the whole room 😍"), tags("mara", "praise", after="20m"),
        replies("mara", "Thank you Noor, it looks lovely there!", "5m"), resolves("mara"),
    )),
    Story(key="telegram-bulb", who="dmytro", day=1, time="09:30", subject="", channel="telegram", steps=(
        asks("Hello, which bulb does the Beck lamp need?"), tags("mara", "product advice", after="5m"),
        replies("mara", "Hello Dmytro, E14, at most 25 W; LED is best.", "2m"), asks("Dimmable as well?", "4m"),
        replies("mara", "Yes, with a dimmable LED.", "3m"), resolves("mara"), votes(9, after="2h"),
    )),
    Story(key="review-late", who="gwen", ago="4h10m", subject="", channel="reviews", is_public=True, rating=2, steps=(
        asks("Beautiful lamp, but it came nine days late and nobody told me. I had to ask twice."),
        reads("samira", "1h"), notes("samira", "Order W-20590. The courier lost it once; we should have written first."),
    )),
    Story(key="review-good", who="piet", day=5, time="16:15", subject="", channel="reviews", is_public=True, rating=5, steps=(
        asks("Friendly advice on the phone, fast delivery, and the lamp is even nicer than in the pictures."),
        replies("samira", "Thank you, Piet! Your words are pinned up in our workshop.", "18h"), resolves("samira"),
    )),
)  # fmt: skip
