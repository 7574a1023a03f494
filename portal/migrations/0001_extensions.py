from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension, UnaccentExtension
from django.db import migrations


class Migration(migrations.Migration):
    """What PostgreSQL itself ships and search and constraints need."""

    operations = [UnaccentExtension(), TrigramExtension(), BtreeGistExtension()]
