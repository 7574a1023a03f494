from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0004_mailing_texts")]

    operations = [
        migrations.AddField(
            model_name="notification",
            name="provider_id",
            field=models.CharField(blank=True, db_default="", default="", max_length=200, verbose_name="the provider's name of it"),
        ),
        migrations.AddField(
            model_name="digest",
            name="provider_id",
            field=models.CharField(blank=True, db_default="", default="", max_length=200, verbose_name="the provider's name of it"),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(
                condition=models.Q(("provider_id", ""), _negated=True), fields=["provider_id"], name="notification_at_provider"
            ),
        ),
        migrations.AddIndex(
            model_name="digest",
            index=models.Index(
                condition=models.Q(("provider_id", ""), _negated=True), fields=["provider_id"], name="digest_at_provider"
            ),
        ),
    ]
