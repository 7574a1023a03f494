from django.db import migrations

LANGUAGES = ("en", "zh_hant", "es", "fr")


def differs(*fields):
    columns = [f"{field}_{code}" for field in fields for code in LANGUAGES]
    return " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in columns)


MINUTES = f"""
DROP TRIGGER minutes_stay_as_published ON dialogues_minutes;
CREATE TRIGGER minutes_stay_as_published BEFORE UPDATE ON dialogues_minutes
FOR EACH ROW WHEN (
    OLD.status = 'published' AND (
        NEW.status IS DISTINCT FROM OLD.status OR NEW.version IS DISTINCT FROM OLD.version
        OR NEW.published_at IS DISTINCT FROM OLD.published_at OR {differs("text", "correction")}
    )
) EXECUTE FUNCTION dialogues_minutes_stay_as_published();
"""

MINUTES_BEFORE = f"""
DROP TRIGGER minutes_stay_as_published ON dialogues_minutes;
CREATE TRIGGER minutes_stay_as_published BEFORE UPDATE ON dialogues_minutes
FOR EACH ROW WHEN (
    OLD.status = 'published' AND (
        NEW.status IS DISTINCT FROM OLD.status OR NEW.version IS DISTINCT FROM OLD.version OR {differs("text")}
    )
) EXECUTE FUNCTION dialogues_minutes_stay_as_published();
"""

# A section may still lose its agenda item or its writer, which are no text.
SECTIONS = f"""
CREATE FUNCTION dialogues_sections_stay_as_published() RETURNS trigger AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM dialogues_minutes
        WHERE status = 'published' AND id IN (
            CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE OLD.minutes_id END,
            CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE NEW.minutes_id END
        )
    ) THEN
        RAISE EXCEPTION 'Published minutes never change: a correction is a new version.'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END
$$ LANGUAGE plpgsql;

CREATE TRIGGER sections_stay_as_published BEFORE UPDATE ON dialogues_minutessection
FOR EACH ROW WHEN (
    NEW.minutes_id IS DISTINCT FROM OLD.minutes_id OR NEW."order" IS DISTINCT FROM OLD."order"
    OR NEW.visibility IS DISTINCT FROM OLD.visibility OR {differs("heading", "text")}
) EXECUTE FUNCTION dialogues_sections_stay_as_published();

CREATE TRIGGER sections_come_and_go_before_publication BEFORE INSERT OR DELETE ON dialogues_minutessection
FOR EACH ROW EXECUTE FUNCTION dialogues_sections_stay_as_published();
"""

SECTIONS_BEFORE = """
DROP TRIGGER sections_stay_as_published ON dialogues_minutessection;
DROP TRIGGER sections_come_and_go_before_publication ON dialogues_minutessection;
DROP FUNCTION dialogues_sections_stay_as_published();
"""


class Migration(migrations.Migration):
    dependencies = [("dialogues", "0008_minutes_saved_text_by_text")]

    operations = [
        migrations.RunSQL(MINUTES, MINUTES_BEFORE),
        migrations.RunSQL(SECTIONS, SECTIONS_BEFORE),
    ]
