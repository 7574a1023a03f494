import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("partners", "0003_index_of_meanings")]

    operations = [
        migrations.AddField(
            model_name="introduction",
            name="interested_contact_of",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="accounts.organization",
                verbose_name="whose contact is interested",
            ),
        ),
        migrations.AddField(
            model_name="partnerrequest",
            name="hidden_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="not shown since"),
        ),
        migrations.AddField(
            model_name="partnerrequest",
            name="shown_again_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="shown again"),
        ),
        migrations.RemoveConstraint(model_name="disclosure", name="disclosure_to_person_once"),
        migrations.AddConstraint(
            model_name="disclosure",
            constraint=models.UniqueConstraint(
                condition=models.Q(("interest__isnull", False), ("rung", "company")),
                fields=("owner", "interest", "to_organization", "to_user"),
                name="disclosure_of_company_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="disclosure",
            constraint=models.UniqueConstraint(
                condition=models.Q(("interest__isnull", False), ("rung", "contact")),
                fields=("owner", "person", "interest", "to_organization", "to_user"),
                name="disclosure_of_contact_once",
            ),
        ),
    ]
