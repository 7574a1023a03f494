from django.db import migrations

import portal.search.meaning


def add_indexes(apps, schema_editor):
    for model in ("CompanyMeaning", "RequestMeaning"):
        portal.search.meaning.provide(apps.get_model("partners", model))


class Migration(migrations.Migration):
    dependencies = [("partners", "0002_from_request_to_alliance")]
    operations = [migrations.RunPython(add_indexes, migrations.RunPython.noop)]
