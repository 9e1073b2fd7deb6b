"""The services that start with the product when nobody names external ones: PostgreSQL, Valkey, and their supervisor.

Nothing in here needs Django: the settings read the layout, and ``manage.py`` starts a database before Django is there.
"""
