from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension, UnaccentExtension
from django.db import migrations

import portal.search.meaning


def add_pgvector(apps, schema_editor):
    """Where the server has it: the type of the columns for vectors depends on it."""
    portal.search.meaning.provide_extension()


class Migration(migrations.Migration):
    """What PostgreSQL itself ships and search and constraints need, and pgvector, which is optional."""

    operations = [
        UnaccentExtension(),
        TrigramExtension(),
        BtreeGistExtension(),
        migrations.RunPython(add_pgvector, migrations.RunPython.noop),
    ]
