"""A believable fortnight of a small web shop's support: content as data, a builder that plays it, and its removal."""
