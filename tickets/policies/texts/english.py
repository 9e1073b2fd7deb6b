"""English."""

from tickets.policies.texts.wording import CaseTexts

ENGLISH = CaseTexts(
    language="en",
    ask_photo="Could you please send us a photo?",
    ask_document="Could you please send us the document?",
    ask_location="Could you please tell us where you are?",
    ask_order_number="Could you please tell us your order number?",
    upload_here="You can send it to us safely here: {link}",
    moved_to_private_message=(
        "Thank you for telling us. So that nobody else reads your details, we have sent you a private message."
    ),
    moved_with_link="Thank you for telling us. So that nobody else reads your details, please write to us here: {link}",
    first_private_message="Hello, we are writing about your public message. How can we help you?",
    closing_line="We have been in touch in private about this. Thank you for writing to us.",
    title_photo="Send us a photo",
    title_document="Send us a document",
    choose="Choose files",
    take_photo="Take a photo",
    or_drop="or drop them here",
    chosen="Chosen files",
    remove="Remove",
    rules="Up to {count} files, {size} MB together.",
    send="Send",
    sending="Sending…",
    sent_title="Thank you, it has arrived.",
    sent_text="We will look at it and write to you where you wrote to us.",
    send_more="Send something else",
    nothing_chosen="Choose a file first.",
    too_many="Please send at most {count} files at once.",
    too_large="The files are larger than {size} MB together. Please send fewer at once.",
    wrong_type="“{name}” is not a kind of file that we can take here.",
    not_reached="The files did not reach us. Check your connection and send them again.",
    expired_title="This link is no longer in use",
    expired_text="We have what we needed, or some time has passed. Just answer our message if you want to send something.",
    unknown_title="We do not know this link",
    unknown_text="Please open the link in our message once more.",
    broken_title="This link is incomplete",
    broken_text="A part of it was lost on the way. Please open the link in our message once more.",
    busy_title="One moment, please",
    busy_text="There were too many attempts. Please try again in a minute.",
)
