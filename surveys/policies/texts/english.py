"""English."""

from surveys.policies.texts.wording import SurveyTexts

ENGLISH = SurveyTexts(
    language="en",
    mail_subject="How was it? One click, from 1 to 10",
    greeting="Hello {name},",
    greeting_without_name="Hello,",
    opening="you were in touch with us about “{subject}”.",
    how_to_answer="Choose a number. A page opens, and your answer counts once you press Send there.",
    closing="If something is still open, simply reply to this mail. A person reads it.",
    goodbye="Thank you,",
    question="How satisfied are you with our help?",
    lowest="not at all satisfied",
    highest="completely satisfied",
    comment="Would you like to tell us why?",
    comment_hint="Optional. The people who helped you will read it.",
    send="Send",
    score_missing="Please choose a number from 1 to 10.",
    comment_too_long="Please shorten your comment to 5000 characters.",
    thanks="Thank you! Your answer has reached us.",
    your_answer="Your answer: {score} of 10",
    change_until="You can change it until {until}.",
    change="Change my answer",
    answered_title="You have already answered. Thank you!",
    answered_text="Your answer is with us and helps us to get better.",
    expired_title="This question has expired",
    expired_text="Thank you for taking the time. The link was only valid for a while. If something is on your mind, simply "
    "write to us.",
    unknown_title="We do not know this link",
    unknown_text="Please open it once more from our mail. If something is on your mind, simply write to us.",
    broken_title="This link is incomplete",
    broken_text="A part of it seems to have been lost on the way. Please open it once more from our mail.",
    busy_title="One moment, please",
    busy_text="There were many requests from your connection. Please try again in a minute.",
)
