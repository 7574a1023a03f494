import django.db.models.deletion
from django.db import migrations, models

import portal.search.meaning


def add_extension(apps, schema_editor):
    """Before the table: its column depends on whether pgvector is there."""
    portal.search.meaning.provide_extension()


def add_index(apps, schema_editor):
    portal.search.meaning.provide(apps.get_model("resources", "ResourceMeaning"))


class Migration(migrations.Migration):
    dependencies = [("resources", "0003_link_looks")]

    operations = [
        migrations.RunPython(add_extension, migrations.RunPython.noop),
        migrations.CreateModel(
            name="ResourceMeaning",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "language",
                    models.CharField(
                        choices=[("en", "English"), ("zh-hant", "繁體中文"), ("es", "Español"), ("fr", "Français")],
                        editable=False,
                        max_length=7,
                        verbose_name="language",
                    ),
                ),
                ("part", models.PositiveSmallIntegerField(default=0, editable=False)),
                ("vector", portal.search.meaning.MeaningField(dimensions=512, editable=False, null=True)),
                ("digest", models.CharField(editable=False, max_length=64)),
                ("indexed", models.CharField(editable=False, max_length=80)),
                (
                    "resource",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="meanings",
                        to="resources.resource",
                        verbose_name="resource",
                    ),
                ),
            ],
            options={
                "verbose_name": "meaning of a resource",
                "verbose_name_plural": "meanings of resources",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("resource", "language", "part"), include=("indexed",), name="resource_meaning_once"
                    )
                ],
            },
        ),
        migrations.RunPython(add_index, migrations.RunPython.noop),
    ]
