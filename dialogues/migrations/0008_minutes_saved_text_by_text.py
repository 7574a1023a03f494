import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import dialogues.models.minutes


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("dialogues", "0007_issue_public_text_by_two_hands"),
    ]

    operations = [
        migrations.AddField(
            "minutes",
            "revisions",
            models.JSONField(default=dialogues.models.minutes.no_revisions, editable=False),
        ),
        migrations.AddField(
            "minutescomment", "name", models.CharField(blank=True, default="", max_length=150, verbose_name="name"),
            preserve_default=False,
        ),
        migrations.AddField(
            "minutescomment",
            "registration",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="dialogues.registration",
                verbose_name="place",
            ),
        ),
        migrations.AddField(
            "signoff",
            "received_as",
            models.CharField(blank=True, default="", max_length=200, verbose_name="received as"),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name="SavedText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "language",
                    models.CharField(
                        choices=[("en", "English"), ("zh-hant", "繁體中文"), ("es", "Español"), ("fr", "Français")],
                        max_length=7,
                        verbose_name="language",
                    ),
                ),
                ("revision", models.PositiveIntegerField(verbose_name="number")),
                ("text", models.TextField(blank=True, verbose_name="text")),
                (
                    "saved_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="saved"),
                ),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="saved by",
                    ),
                ),
                (
                    "minutes",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="saves",
                        to="dialogues.minutes",
                        verbose_name="minutes",
                    ),
                ),
                (
                    "section",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="saves",
                        to="dialogues.minutessection",
                        verbose_name="section",
                    ),
                ),
            ],
            options={
                "verbose_name": "saved text of minutes",
                "verbose_name_plural": "saved texts of minutes",
                "ordering": ["-revision"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("section__isnull", False)),
                        fields=("section", "language", "revision"),
                        name="saved_section_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("section", None)),
                        fields=("minutes", "language", "revision"),
                        name="saved_text_once",
                    ),
                ],
            },
        ),
    ]
