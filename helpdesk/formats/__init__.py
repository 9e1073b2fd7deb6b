"""How dates and numbers are written, where the language has more than one way."""
