import django.db.models.deletion
from django.db import migrations, models

import portal.search.meaning


def add_extension(apps, schema_editor):
    """Before the table: its column depends on whether pgvector is there."""
    portal.search.meaning.provide_extension()


def add_index(apps, schema_editor):
    portal.search.meaning.provide(apps.get_model("search", "ConceptMeaning"))


class Migration(migrations.Migration):
    dependencies = [("search", "0002_word")]

    operations = [
        migrations.RunPython(add_extension, migrations.RunPython.noop),
        migrations.CreateModel(
            name="ConceptMeaning",
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
                    "concept",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="meanings",
                        to="search.concept",
                        verbose_name="concept",
                    ),
                ),
            ],
            options={
                "verbose_name": "meaning of a concept",
                "verbose_name_plural": "meanings of concepts",
                "constraints": [
                    models.UniqueConstraint(fields=("concept", "language", "part"), name="concept_meaning_once")
                ],
            },
        ),
        migrations.RunPython(add_index, migrations.RunPython.noop),
    ]
