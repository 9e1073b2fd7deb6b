"""A new database takes one migration an app; a database of an earlier release takes the ones that it replaces."""

from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader


def test_joined_migrations_leave_the_models_of_those_that_they_replace() -> None:
    joined, single = MigrationLoader(None), MigrationLoader(None, replace_migrations=False)
    states = single.project_state(), joined.project_state()
    assert MigrationAutodetector(*states).changes(joined.graph) == {}
    for key, model in states[0].models.items():
        assert list(model.fields) == list(states[1].models[key].fields), "the columns come in the same order"


def test_new_database_needs_one_migration_for_what_was_there_when_they_were_joined() -> None:
    nodes = MigrationLoader(None).graph.nodes
    joined = {app for app, name in nodes if "_squashed_" in name}
    assert joined == {"core", "accounts", "channels_app", "tickets", "surveys", "reporting"}
    assert not {app for app in joined if (app, "0001_first_tables") in nodes}
