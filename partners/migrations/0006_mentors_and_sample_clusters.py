import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("partners", "0005_facets")]

    operations = [
        migrations.AddField("cluster", "is_sample", models.BooleanField(default=False, verbose_name="sample")),
        migrations.AlterField(
            "mentorship",
            "decline_reason",
            models.CharField(
                blank=True,
                choices=[
                    ("full", "All places are taken"),
                    ("no_fit", "Another mentor would suit you better"),
                    ("later", "Not at this time"),
                    ("closed", "The offer has been closed"),
                ],
                max_length=6,
                verbose_name="reason",
            ),
        ),
        migrations.AddConstraint(
            "mentorship",
            models.CheckConstraint(
                condition=~Q(status="declined") | ~Q(decline_reason=""), name="mentorship_declined_why"
            ),
        ),
        migrations.AddField(
            "disclosure",
            "mentorship",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="disclosures",
                to="partners.mentorship",
            ),
        ),
        migrations.RemoveConstraint("disclosure", "disclosure_to_public_once"),
        migrations.RemoveConstraint("disclosure", "disclosure_says_to_whom"),
        migrations.AddConstraint(
            "disclosure",
            models.UniqueConstraint(
                condition=Q(mentorship__isnull=False, rung="company"),
                fields=["owner", "mentorship", "to_organization", "to_user"],
                name="disclosure_of_learner_once",
            ),
        ),
        migrations.AddConstraint(
            "disclosure",
            models.UniqueConstraint(
                condition=Q(mentorship__isnull=False, rung="contact"),
                fields=["owner", "person", "mentorship", "to_organization", "to_user"],
                name="disclosure_of_mentor_once",
            ),
        ),
        migrations.AddConstraint(
            "disclosure",
            models.UniqueConstraint(
                condition=Q(interest__isnull=True, mentorship__isnull=True),
                fields=["owner", "rung", "request"],
                name="disclosure_to_public_once",
            ),
        ),
        migrations.AddConstraint(
            "disclosure",
            models.CheckConstraint(
                condition=Q(interest__isnull=True, mentorship__isnull=True) | Q(to_organization__isnull=False),
                name="disclosure_says_to_whom",
            ),
        ),
    ]
