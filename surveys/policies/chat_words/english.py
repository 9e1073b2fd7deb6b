"""English words around a score."""

from surveys.policies.chat_words.words import ChatWords, counted, words

ENGLISH = ChatWords(
    numbers=counted("zero one two three four five six seven eight nine ten"),
    against=words("at by until order room table size"),
    of=words("out of from"),
    to=words("to or until through between"),
    points=words("point points pts star stars"),
    talk=words(
        "i id d ll ve s m me my mine a an the it its is was this that be would will give gives gave giving given "
        "say said saying vote voted score scored rate rated rating ratings think guess go went for you your u to "
        "about around approximately approx roughly maybe perhaps probably definitely clearly solid clear full "
        "scale on of out answer please just only"
    ),
    praise=words(
        "thanks thank thx ty cheers great good very excellent perfect super nice fine ok okay amazing awesome "
        "brilliant fantastic wonderful best bad poor terrible awful horrible worst slow fast quick friendly "
        "helpful polite rude happy unhappy satisfied dissatisfied pleased disappointed disappointing service "
        "support help helped team agent work job experience answer reply chat so much really quite "
        "pretty too all everything well done keep up yes yeah yep hi hello dear sir madam lovely guys everyone "
        "everybody love loved liked like as always again from and kind regards but easy fair could better improve recommend recommended"
    ),
    but=words("but because although though however since"),
    no=words("not no never dont didnt isnt wasnt wont cant cannot without"),
    meant=words("sorry meant mean rather instead actually correction corrected change changed typo oops no"),
    opens=words("who how which what when why where"),
    asks=words(
        "refund missing broken damaged cancel invoice order parcel delivery urgent asap call contact waiting wait "
        "question need needs want send arrived lost wrong help money pay paid charged return "
        "exchange"
    ),
    up=words("yes yeah yep yup good great super perfect excellent helpful up"),
    down=words("no nope bad poor terrible awful down useless"),
)
