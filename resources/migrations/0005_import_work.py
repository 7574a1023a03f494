from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("resources", "0004_resource_meaning"),
    ]

    operations = [
        migrations.AddField(
            model_name="importrun",
            name="language",
            field=models.CharField(
                choices=[("en", "English"), ("zh-hant", "繁體中文"), ("es", "Español"), ("fr", "Français")],
                default="en",
                max_length=7,
                verbose_name="language",
            ),
        ),
        migrations.AddField(
            model_name="importrun",
            name="submits",
            field=models.BooleanField(default=False, verbose_name="new resources are submitted for review"),
        ),
        migrations.AddField(
            model_name="importrun",
            name="attempts",
            field=models.PositiveSmallIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name="importrun",
            name="versions",
            field=models.JSONField(default=dict, editable=False),
        ),
        migrations.AddIndex(
            model_name="resource",
            index=models.Index(
                fields=["-changed_at", "id"],
                condition=Q(status="published", changed_at__isnull=False),
                name="resource_changed",
            ),
        ),
    ]
