"""Interests from before the ladder had consents of its own: what their verbs meant then is written down."""

from django.db import migrations

SENT = """
INSERT INTO partners_consent (interest_id, side, rung, given_by_id, given_at)
SELECT sent.id, 'interested', step.rung, sent.by_id, sent.sent_at
FROM partners_expressionofinterest sent CROSS JOIN (VALUES ('company'), ('contact')) AS step (rung)
WHERE sent.status <> 'withdrawn'
ON CONFLICT DO NOTHING
"""
ACCEPTED = """
INSERT INTO partners_consent (interest_id, side, rung, given_by_id, given_at)
SELECT made.interest_id, 'request', step.rung, made.accepted_by_id, made.accepted_at
FROM partners_introduction made
JOIN partners_expressionofinterest sent ON sent.id = made.interest_id AND sent.status = 'accepted'
CROSS JOIN (VALUES ('company'), ('contact')) AS step (rung)
ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("partners", "0008_dropped_conditions_and_silent_profiles")]

    operations = [
        migrations.RunSQL(SENT, migrations.RunSQL.noop),
        migrations.RunSQL(ACCEPTED, migrations.RunSQL.noop),
    ]
