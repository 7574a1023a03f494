from django.db import migrations, models
from django.db.models import Q

#: What a company's own requests said is left out for others, until the workers have stored the match anew.
SHOWN = """
UPDATE partners_match SET is_best_of_request = true, is_best_of_company = true,
    shown_score = greatest(0, score - coalesce((
        SELECT sum((reason ->> 'points')::float) FROM jsonb_array_elements(reasons) reason
        WHERE reason ->> 'criterion' = 'complement' AND reason -> 'detail' ->> 'how' IN ('own_request', 'same_side')
    ), 0))
"""


def make_due(apps, schema_editor):
    """The weights have changed, too (partners/weights.py)."""
    CompanyProfile, PartnerRequest = (
        apps.get_model("partners", name) for name in ("CompanyProfile", "PartnerRequest")
    )
    CompanyProfile.objects.filter(is_listed=True, match_is_due=False).update(match_is_due=True)
    PartnerRequest.objects.filter(status="published", match_is_due=False).update(match_is_due=True)


class Migration(migrations.Migration):
    dependencies = [("partners", "0001_squashed_0014_matches_due")]

    operations = [
        migrations.RemoveIndex("match", "match_of_company"),
        migrations.AddField("match", "shown_score", models.FloatField("score for others", db_default=0.0)),
        migrations.AddField(
            "match", "is_best_of_request", models.BooleanField(default=False, db_default=False, editable=False)
        ),
        migrations.AddField(
            "match", "is_best_of_company", models.BooleanField(default=False, db_default=False, editable=False)
        ),
        migrations.RunSQL(SHOWN, migrations.RunSQL.noop),
        migrations.RunPython(make_due, migrations.RunPython.noop),
        migrations.AddIndex("match", models.Index(fields=["company", "-shown_score"], name="match_of_company_shown")),
        migrations.AddConstraint(
            "match",
            models.CheckConstraint(
                condition=Q(shown_score__gte=0, shown_score__lte=1), name="match_shown_score_range"
            ),
        ),
    ]
