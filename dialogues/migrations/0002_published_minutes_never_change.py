from django.db import migrations

FORBID = """
CREATE FUNCTION dialogues_minutes_stay_as_published() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION 'Published minutes never change: a correction is a new version.'
        USING ERRCODE = 'check_violation';
END
$$ LANGUAGE plpgsql;

CREATE TRIGGER minutes_stay_as_published BEFORE UPDATE ON dialogues_minutes
FOR EACH ROW WHEN (
    OLD.status = 'published' AND (
        NEW.status IS DISTINCT FROM OLD.status OR NEW.version IS DISTINCT FROM OLD.version
        OR NEW.text_en IS DISTINCT FROM OLD.text_en OR NEW.text_zh_hant IS DISTINCT FROM OLD.text_zh_hant
        OR NEW.text_es IS DISTINCT FROM OLD.text_es OR NEW.text_fr IS DISTINCT FROM OLD.text_fr
    )
) EXECUTE FUNCTION dialogues_minutes_stay_as_published();
"""

ALLOW = """
DROP TRIGGER minutes_stay_as_published ON dialogues_minutes;
DROP FUNCTION dialogues_minutes_stay_as_published();
"""


class Migration(migrations.Migration):
    dependencies = [("dialogues", "0001_initial")]
    operations = [migrations.RunSQL(FORBID, ALLOW)]
