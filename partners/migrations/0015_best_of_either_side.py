from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models
from django.db.models import Q


def kept(value):
    return models.BooleanField(default=value, db_default=value, editable=False)


class Migration(migrations.Migration):
    """Nothing waits while it runs, however many matches there are: what was stored before has no score for others, and
    the workers store it anew."""

    atomic = False
    dependencies = [("partners", "0001_squashed_0014_matches_due")]

    operations = [
        migrations.AddField("match", "shown_score", models.FloatField("score for others", null=True)),
        # Who counted the other among its best was not noted: both, until either is compared anew.
        migrations.AddField("match", "is_best_of_request", kept(True)),
        migrations.AddField("match", "is_best_of_company", kept(True)),
        migrations.AlterField("match", "is_best_of_request", kept(False)),
        migrations.AlterField("match", "is_best_of_company", kept(False)),
        AddIndexConcurrently(
            "match", models.Index(fields=["company", "-shown_score"], name="match_of_company_shown")
        ),
        AddIndexConcurrently(
            "match", models.Index(fields=["company"], condition=Q(shown_score=None), name="match_of_before")
        ),
        AddConstraintNotValid(
            "match",
            models.CheckConstraint(condition=Q(shown_score__gte=0, shown_score__lte=1), name="match_shown_score_range"),
        ),
        ValidateConstraint("match", name="match_shown_score_range"),
    ]
