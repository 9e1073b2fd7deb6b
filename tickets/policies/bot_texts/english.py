"""English."""

from tickets.policies.bot_texts.wording import BotTexts

ENGLISH = BotTexts(
    language="en",
    hello_name="Hello {name}, this is {bot}, the automatic assistant.",
    hello="Hello, this is {bot}, the automatic assistant.",
    what_do_you_need="What can I do for you?",
    article="This should answer it: “{title}” {link}",
    also="These may help as well:",
    source="From: “{title}” {link}",
    did_it_help="Did this help?",
    yes="Yes, thanks",
    no="No",
    talk_to_a_person="Talk to a person",
    write_to_talk="Write {word} at any time to talk to a person.",
    word_for_a_person="HUMAN",
    in_other_words="Could you tell me in a sentence what it is about?",
    not_known_yet="I have found no answer to that. Could you say it in other words?",
    sorry_other_words="I am sorry that it did not help. Could you say in other words what you need?",
    before_a_person="A person will look at this. So that it goes quickly:",
    some_questions="We need something from you:",
    not_clear="I could not read that.",
    skip="Skip",
    handing_over="I am passing you on to a person, who will answer you here. You need not repeat anything.",
    handing_over_closed="I am passing you on to a person. Nobody is there at the moment; you will get the answer here.",
    back_at="We are back {time}.",
    closed_now="Our team is not there at the moment.",
    solved="Glad to hear it. Just write again whenever you need us.",
    task_done="Thank you, that is all we need. A person goes on from here.",
)
