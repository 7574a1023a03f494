from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("partners", "0010_own_names")]

    operations = [
        migrations.AddField(
            model_name="deniedname",
            name="core",
            field=models.CharField(default="", max_length=500, verbose_name="core of the name"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="ownname",
            name="core",
            field=models.CharField(default="", max_length=500, verbose_name="core of the name"),
            preserve_default=False,
        ),
    ]
