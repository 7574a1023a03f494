from django.db import migrations

import portal.search.meaning


def add_index(apps, schema_editor):
    portal.search.meaning.provide(apps.get_model("dialogues", "IssueMeaning"))


class Migration(migrations.Migration):
    dependencies = [("dialogues", "0012_issue_outlives_its_filer")]
    operations = [migrations.RunPython(add_index, migrations.RunPython.noop)]
