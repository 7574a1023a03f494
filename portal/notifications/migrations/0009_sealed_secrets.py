from django.db import migrations

import portal.sealed

TABLE = "notifications_webhook"


def rewrite(change):
    """Each stored text changed, read and written as it stands in the table."""

    def run(apps, schema_editor):
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(f"SELECT id, secret, old_secret FROM {TABLE} FOR UPDATE")
            for pk, secret, old in cursor.fetchall():
                cursor.execute(
                    f"UPDATE {TABLE} SET secret = %s, old_secret = %s WHERE id = %s", [change(secret), change(old), pk]
                )

    return run


def sealed(stored):
    return portal.sealed.seal(portal.sealed.unseal(stored))


class Migration(migrations.Migration):
    dependencies = [("notifications", "0008_became")]

    operations = [
        migrations.AlterField(
            model_name="webhook",
            name="secret",
            field=portal.sealed.SealedText(editable=False),
        ),
        migrations.AlterField(
            model_name="webhook",
            name="old_secret",
            field=portal.sealed.SealedText(blank=True, editable=False),
        ),
        migrations.RunPython(rewrite(sealed), rewrite(portal.sealed.unseal)),
    ]
