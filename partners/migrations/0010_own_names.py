import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("partners", "0009_consents_of_earlier_interests"),
    ]

    operations = [
        migrations.CreateModel(
            name="OwnName",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=500, verbose_name="name")),
                ("folded", models.CharField(max_length=500, verbose_name="compared as")),
                ("screened_at", models.DateTimeField(blank=True, null=True, verbose_name="compared")),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="screened_names",
                        to="accounts.organization",
                        verbose_name="organization",
                    ),
                ),
            ],
            options={
                "verbose_name": "compared name",
                "verbose_name_plural": "compared names",
                "indexes": [
                    models.Index(condition=Q(("screened_at", None)), fields=["id"], name="own_name_to_compare"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("organization", "name", "folded"), name="own_name_once"),
                ],
            },
        ),
    ]
