import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("dialogues", "0009_published_sections_never_change")]

    operations = [
        migrations.AddField(
            "invitee",
            "asked_at",
            models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="asked"),
        ),
    ]
