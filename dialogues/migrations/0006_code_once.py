from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("dialogues", "0005_fill_codes_and_first_dates")]
    operations = [
        migrations.AlterField(
            model_name="dialogue",
            name="code",
            field=models.CharField(max_length=12, unique=True, verbose_name="short name in reference numbers"),
        ),
    ]
