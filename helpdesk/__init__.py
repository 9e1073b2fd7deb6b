"""The helpdesk project: settings, doors shared by all apps, embedded services."""
