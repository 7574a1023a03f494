from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("dialogues", "0010_when_an_invitee_was_asked")]
    operations = [
        migrations.AlterField(
            model_name="registration",
            name="partstat",
            field=models.CharField(
                choices=[
                    ("NEEDS-ACTION", "Not answered"),
                    ("ACCEPTED", "Will come"),
                    ("TENTATIVE", "Perhaps"),
                    ("DECLINED", "Will not come"),
                    ("DELEGATED", "Sends somebody else"),
                ],
                default="NEEDS-ACTION",
                max_length=12,
                verbose_name="answer",
            ),
        ),
    ]
