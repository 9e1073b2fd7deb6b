"""What happens in the demo: a web shop for lamps and small furniture, its team, its customers and their mails.

Every name is invented; every address is in a domain that RFC 2606 sets aside for examples.
"""

from helpdesk.demo.content import (
    arabic_and_asian,
    english_delivery,
    english_open,
    english_products,
    french_and_spanish,
    german,
    messaging,
)
from helpdesk.demo.script import Story

STORIES: tuple[Story, ...] = (
    *english_delivery.STORIES,
    *english_products.STORIES,
    *english_open.STORIES,
    *german.STORIES,
    *french_and_spanish.STORIES,
    *arabic_and_asian.STORIES,
    *messaging.STORIES,
)
