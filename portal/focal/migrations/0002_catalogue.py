from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("focal", "0001_focal_points")]

    operations = [
        migrations.AddField(
            model_name="focalpoint",
            name="catalogue_key",
            field=models.SlugField(
                blank=True, editable=False, max_length=80, null=True, unique=True, verbose_name="name in the catalogue"
            ),
        ),
        migrations.AddField(
            model_name="focalpoint",
            name="is_confirmed",
            field=models.BooleanField(default=True, verbose_name="confirmed by its people"),
        ),
    ]
