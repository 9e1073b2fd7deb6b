"""English."""

from surveys.policies.recovery_texts.wording import RecoveryTexts

ENGLISH = RecoveryTexts(
    language="en",
    greeting="Hello {{customer.first_name}},",
    greeting_without_name="Hello,",
    goodbye="Kind regards",
    apology="I am sorry. {{recovery.mistake}} That should not have happened to you, and it was not your fault.\n\n"
    "I am looking after this myself until it is put right, and you will hear from me at every step. "
    "What matters most to you now?",
    plan="Thank you for telling us openly what went wrong. This is what we are going to do, and by when:\n\n"
    "{{recovery.plan}}\n\nI will write to you as each of these is done. What is missing, or what would you do differently?",
    plan_line="{action}: by {date}",
    plan_line_without_date="{action}",
    action_done="As promised, here is what has been done: {{recovery.action}}.\n\nHow does that look from your side?",
    make_good="You had trouble because of us, and we would like to make up for it: {{recovery.incentive}}.\n\n"
    "It does not replace the correction, which we have made as well. Is there anything else we can do for you?",
    review_update="You told us in public what went wrong, and you were right to. It has been put right since then.\n\n"
    "If you find that this is so, would you look at your review once more? Whether and what you change is entirely up to "
    "you, and it makes no difference to how we treat you.",
    mistakes={
        "own_mistake.late_answer": "We left you waiting far too long for an answer.",
        "own_mistake.wrong_answer": "The answer we gave you was wrong or incomplete.",
        "own_mistake.forgotten": "We promised you something and then forgot it.",
        "own_mistake.tone": "The way we wrote to you was not friendly enough.",
        "own_mistake.done_wrong": "We carried out your order wrongly.",
        "product.defect": "What you got from us did not work.",
        "product.quality": "What you got from us was not of the quality you may expect.",
        "product.missing": "What you got from us lacked something that you needed.",
        "product.hard_to_use": "We made it too hard for you to use what you bought.",
        "process.slow": "It took us far too long.",
        "process.handovers": "We passed you from one person to the next, and you had to explain everything again.",
        "process.rules": "Our rules stood in your way, and nobody explained them to you.",
        "process.billing": "Your bill or refund was not right.",
        "expectation.promised": "You were promised something other than what you got.",
        "expectation.misunderstood": "We misunderstood you, and did not make sure that we had got it right.",
        "expectation.price": "We were not clear about the price beforehand.",
        "third_party.carrier": "The delivery went wrong. We chose the carrier, so it is for us to answer for.",
        "third_party.supplier": "Our supplier let you down. We chose him, so it is for us to answer for.",
        "third_party.payment": "Your payment went wrong. We chose the payment service, so it is for us to answer for.",
        "third_party.outage": "A service that we rely on was down, and you could not get on.",
    },
    stock_phrases="we i am are is very truly deeply sincerely sorry apologise apologize apologies apology regret for any the "
    "this that inconvenience inconveniences caused cause trouble have has had been may might please accept our my your "
    "understanding thank thanks you patience situation issue problem matter experience experienced bad poor again once more "
    "unfortunately hello dear hi kind regards best team sir madam mistake and it all what",
)
