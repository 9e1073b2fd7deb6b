"""What emoji and signs such as ":(" say, in every language."""

_BY_WEIGHT = {
    -4.0: "🤬🖕",
    -3.0: "😡😠👿💩🤮🤢😤",
    -2.0: "👎😞😟😢😭😩😫😒😣😖😔☹🙁💔😾🤦😨😰😱🥺🙄😑😓😥",
    -1.0: "😕😬🤨😐🤔😳⏰⌛⏳❌⚠",
    1.0: "🙂😉👌🙏✅🤝✔☺💯",
    2.0: "👍😊😀😃😄😁👏💪🤗😇🌟⭐🎉🙌🤩😋💐🌹😺🥳😎",
    3.0: "❤😍🥰😘💖💕💗💙💚💛💜🧡🖤♥💓💞💘🤍",
}
EMOJI = {sign: weight for weight, signs in _BY_WEIGHT.items() for sign in signs}
# With those that are written with marks.
WEIGHTS = EMOJI | {
    ":'-(": -2.0, ":'(": -2.0, ":-(": -2.0, ":(": -2.0, "=(": -2.0, ">:(": -3.0, ":-/": -1.0, ":-|": -1.0,
    ":-)": 1.5, ":)": 1.5, "=)": 1.5, ";-)": 1.0, ";)": 1.0, ":-D": 2.0, ":D": 2.0, "<3": 2.5, ":-*": 2.0, "^^": 1.0,
}  # fmt: skip
