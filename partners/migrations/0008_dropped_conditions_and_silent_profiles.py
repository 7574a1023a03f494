import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("partners", "0007_readings")]

    operations = [
        migrations.AddField(
            model_name="partnerrequest",
            name="dropped_conditions",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=110),
                blank=True,
                default=list,
                db_default=[],
                editable=False,
                size=None,
                verbose_name="conditions dropped",
            ),
        ),
        migrations.AddField(
            model_name="companyprofile",
            name="asked_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="asked whether it holds"),
        ),
    ]
