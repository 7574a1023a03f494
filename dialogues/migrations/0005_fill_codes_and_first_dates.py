from django.db import migrations, models


def fill(apps, schema_editor):
    """What older rows lack: a dialogue"s code, a commitment"s first date, a registration"s economy."""
    Dialogue = apps.get_model("dialogues", "Dialogue")
    for dialogue in Dialogue.objects.all():
        dialogue.code = f"D{dialogue.pk}"
        dialogue.save(update_fields=["code"])
    Commitment = apps.get_model("dialogues", "Commitment")
    Commitment.objects.filter(first_due_on=None).update(first_due_on=models.F("due_on"))
    Organization = apps.get_model("accounts", "Organization")
    Registration = apps.get_model("dialogues", "Registration")
    theirs = Organization.objects.filter(pk=models.OuterRef("organization")).values("economy")
    Registration.objects.filter(economy=None).update(economy=models.Subquery(theirs))


class Migration(migrations.Migration):
    dependencies = [("dialogues", "0004_from_issue_to_commitment")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
