from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("dialogues", "0006_code_once")]

    operations = [
        migrations.AddField(
            "issue",
            "public_changed_at",
            models.DateTimeField(blank=True, null=True, verbose_name="public text changed"),
        ),
        migrations.AddField(
            "issue",
            "public_draft",
            models.JSONField(blank=True, default=dict, verbose_name="draft of the public text"),
        ),
        migrations.AddField(
            "issue",
            "public_note",
            models.TextField(blank=True, default="", max_length=1000, verbose_name="why the public text came back"),
            preserve_default=False,
        ),
        migrations.AddField(
            "issue", "referred_at", models.DateTimeField(blank=True, null=True, verbose_name="referred")
        ),
        migrations.AddField(
            "issue", "reopened_at", models.DateTimeField(blank=True, null=True, verbose_name="reopened")
        ),
        migrations.AddField(
            "issue",
            "reopened_because",
            models.TextField(blank=True, default="", max_length=2000, verbose_name="why the answer does not help"),
            preserve_default=False,
        ),
        migrations.AddField(
            "issue", "resolved_at", models.DateTimeField(blank=True, null=True, verbose_name="resolved")
        ),
        migrations.AddConstraint(
            "issue",
            models.CheckConstraint(
                condition=~models.Q(public_approved_by=models.F("public_by")), name="issue_text_by_two_hands"
            ),
        ),
    ]
