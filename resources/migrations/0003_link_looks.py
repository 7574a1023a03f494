from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("resources", "0002_finding_and_trust"),
    ]

    operations = [
        migrations.AddField(
            model_name="linkcheck",
            name="failing_since",
            field=models.DateTimeField(blank=True, null=True, verbose_name="failing since"),
        ),
        migrations.AddField(
            model_name="linkcheck",
            name="claimed_until",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="linkcheck",
            name="told_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="keepers told"),
        ),
        migrations.AlterField(
            model_name="linkcheck",
            name="problem",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "No problem"),
                    ("not_found", "The page is gone"),
                    ("refused", "The site refuses programs, so open it yourself to see"),
                    ("server", "The site answers with an error"),
                    ("timeout", "The site did not answer in time"),
                    ("unreachable", "The site cannot be reached"),
                    ("certificate", "The site's certificate is not valid"),
                    ("redirects", "The address leads round in circles"),
                    ("forbidden", "The address leads into a private network"),
                    ("soft_404", "The page looks like an error page"),
                    ("unsupported", "The portal cannot look at such an address by itself"),
                ],
                default="",
                max_length=12,
                verbose_name="problem",
            ),
        ),
        migrations.AlterField(
            model_name="resource",
            name="link_status",
            field=models.CharField(
                choices=[
                    ("unchecked", "Not checked yet"),
                    ("ok", "Works"),
                    ("moved", "Moved"),
                    ("broken", "Broken"),
                    ("unclear", "Not certain"),
                ],
                default="unchecked",
                max_length=9,
                verbose_name="link",
            ),
        ),
    ]
