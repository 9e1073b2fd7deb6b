"""The public help pages: articles to read and to search, without cookie or account."""
