"""English."""

from tickets.policies.call_texts.wording import CallTexts

ENGLISH = CallTexts(
    language="en",
    voice_language="en-GB",
    greeting="Welcome to {brand}.",
    closed="Nobody is here at the moment. We are back {time}.",
    closed_for_good="Nobody is here at the moment.",
    ask="Press a key, or say in a few words what it is about.",
    options={
        "deflect": "To go on by {channel}, without waiting, press 1.",
        "agent": "To wait for one of us, press 2.",
        "voicemail": "To leave a message, press 3.",
        "callback": "To be called back, press 4.",
    },
    spoken={
        "deflect": "whatsapp sms text texting",
        "agent": "agent operator human representative",
        "voicemail": "voicemail answerphone",
        "callback": "callback",
    },
    said_alone={
        "deflect": "one message writing write",
        "agent": "two wait person somebody someone",
        "voicemail": "three recording",
        "callback": "four back",
    },
    text_message="text message",
    wrong_key="That choice is not there.",
    no_key="We heard nothing.",
    noted="Thank you, we have noted that.",
    deflected="We are sending you a message by {channel}. Write your question there, and we go on with it. Goodbye.",
    not_deflected="We could not send a message to your number.",
    ringing="One moment please, we are connecting you.",
    recorded_notice="This call is recorded.",
    waiting_next="You are next.",
    waiting="You are number {position} in the queue.",
    offer_to_leave="You can go on waiting, or choose:",
    nobody_free="We are sorry, nobody is free at the moment.",
    voicemail="Please leave your message after the tone, and press the hash key when you are done.",
    nothing_heard="We heard nothing. Goodbye.",
    thanks_voicemail="Thank you, your message has reached us. Goodbye.",
    call_back="We will call you back by {time}. Goodbye.",
    goodbye="Thank you for your call. Goodbye.",
    fault="We are sorry, something is not working here. Please call again in a few minutes.",
    whisper="A call for {brand}.",
    accept="Press any key to take it.",
    message="Hello, this is {brand}. You have just called us: write your question here, and we go on with it. "
    "Your case is #{number}.",
    message_with_words="Hello, this is {brand}. You have just called us about: “{words}”. Write here whatever else we "
    "should know; we go on with it. Your case is #{number}.",
)
