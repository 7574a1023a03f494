"""The fifteen migrations that made these tables before the portal was first released, as one.

An installation that has all of ``replaces`` has this one too, and nothing is run. One that has only some of them must
first be brought to the last version that has them as files (docs/decisions/0022-one-migration-per-app.md).
"""

import dialogues.models.dialogue
import dialogues.models.documents
import dialogues.models.minutes
import dialogues.models.session
import dialogues.models.vocabulary
import dialogues.models.walltime
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.core.validators
import django.db.models.constraints
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import portal.accounts.zones
import portal.migrating
import portal.search.meaning
from django.conf import settings
from django.db import migrations, models

LANGUAGES = ("en", "zh_hant", "es", "fr")


def differs(*fields):
    columns = [f"{field}_{code}" for field in fields for code in LANGUAGES]
    return " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in columns)


# Published minutes never change, whoever writes to the table. What is no text of theirs may.
MINUTES = f"""
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
        OR NEW.published_at IS DISTINCT FROM OLD.published_at OR {differs("text", "correction")}
    )
) EXECUTE FUNCTION dialogues_minutes_stay_as_published();
"""

MINUTES_BEFORE = """
DROP TRIGGER minutes_stay_as_published ON dialogues_minutes;
DROP FUNCTION dialogues_minutes_stay_as_published();
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


def add_index(apps, schema_editor):
    """Not among the models' indexes: it is there only where pgvector is."""
    portal.search.meaning.provide(apps.get_model("dialogues", "IssueMeaning"))


class Migration(migrations.Migration):

    replaces = [
        ('dialogues', '0001_initial'),
        ('dialogues', '0002_published_minutes_never_change'),
        ('dialogues', '0003_success_case'),
        ('dialogues', '0004_from_issue_to_commitment'),
        ('dialogues', '0005_fill_codes_and_first_dates'),
        ('dialogues', '0006_code_once'),
        ('dialogues', '0007_issue_public_text_by_two_hands'),
        ('dialogues', '0008_minutes_saved_text_by_text'),
        ('dialogues', '0009_published_sections_never_change'),
        ('dialogues', '0010_when_an_invitee_was_asked'),
        ('dialogues', '0011_sends_somebody_else'),
        ('dialogues', '0012_issue_outlives_its_filer'),
        ('dialogues', '0013_index_of_meanings'),
        ('dialogues', '0014_calendar_entries'),
        ('dialogues', '0015_followed'),
    ]

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('portal', '0001_extensions'),
        ('reference', '0001_initial'),
        ('resources', '0001_squashed_0007_lists_outlive_accounts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        portal.migrating.CreateModels(
            operations=[
                migrations.CreateModel(
                    name='Indicator',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('metric', models.SlugField(max_length=80, unique=True, verbose_name='short name')),
                        ('label', models.CharField(max_length=200, verbose_name='label')),
                        ('label_en', models.CharField(max_length=200, null=True, verbose_name='label')),
                        ('label_zh_hant', models.CharField(max_length=200, null=True, verbose_name='label')),
                        ('label_es', models.CharField(max_length=200, null=True, verbose_name='label')),
                        ('label_fr', models.CharField(max_length=200, null=True, verbose_name='label')),
                        ('unit', models.CharField(max_length=40, verbose_name='unit')),
                        ('caution', models.TextField(blank=True, verbose_name='what to be careful about')),
                        ('caution_en', models.TextField(blank=True, null=True, verbose_name='what to be careful about')),
                        ('caution_zh_hant', models.TextField(blank=True, null=True, verbose_name='what to be careful about')),
                        ('caution_es', models.TextField(blank=True, null=True, verbose_name='what to be careful about')),
                        ('caution_fr', models.TextField(blank=True, null=True, verbose_name='what to be careful about')),
                        ('order', models.PositiveSmallIntegerField(default=0, verbose_name='order')),
                    ],
                    options={
                        'verbose_name': 'indicator',
                        'verbose_name_plural': 'indicators',
                        'ordering': ['order', 'metric'],
                    },
                ),
                migrations.CreateModel(
                    name='AgendaItem',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('order', models.PositiveSmallIntegerField(verbose_name='position')),
                        ('title', models.CharField(max_length=250, verbose_name='title')),
                        ('title_en', models.CharField(max_length=250, null=True, verbose_name='title')),
                        ('title_zh_hant', models.CharField(max_length=250, null=True, verbose_name='title')),
                        ('title_es', models.CharField(max_length=250, null=True, verbose_name='title')),
                        ('title_fr', models.CharField(max_length=250, null=True, verbose_name='title')),
                        ('kind', models.CharField(blank=True, choices=[('information', 'Information'), ('discussion', 'Discussion'), ('decision', 'Decision')], default='discussion', max_length=12, verbose_name='kind')),
                        ('visibility', models.CharField(choices=[('public', 'Everyone'), ('participants', 'Participants'), ('officials', 'Officials only')], default='public', max_length=12, verbose_name='who sees it')),
                        ('minutes', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='minutes')),
                        ('presenter', models.CharField(blank=True, max_length=200, verbose_name='presenter')),
                        ('topics', models.ManyToManyField(blank=True, related_name='agenda_items', to='reference.topic', verbose_name='topics')),
                        ('session', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='agenda_items', to='dialogues.session', verbose_name='session')),
                        ('carried_from', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='carried_to', to='dialogues.agendaitem', verbose_name='carried over from')),
                        ('is_left_open', models.BooleanField(default=False, verbose_name='not concluded')),
                        ('note', models.TextField(blank=True, verbose_name='note')),
                        ('note_en', models.TextField(blank=True, null=True, verbose_name='note')),
                        ('note_es', models.TextField(blank=True, null=True, verbose_name='note')),
                        ('note_fr', models.TextField(blank=True, null=True, verbose_name='note')),
                        ('note_zh_hant', models.TextField(blank=True, null=True, verbose_name='note')),
                        ('times_carried', models.PositiveSmallIntegerField(default=0, verbose_name='times carried over')),
                        ('issues', models.ManyToManyField(blank=True, related_name='agenda_items', to='dialogues.issue', verbose_name='issues')),
                    ],
                    options={
                        'verbose_name': 'agenda item',
                        'verbose_name_plural': 'agenda items',
                        'ordering': ['order', 'pk'],
                        'constraints': [models.UniqueConstraint(deferrable=django.db.models.constraints.Deferrable['DEFERRED'], fields=('session', 'order'), name='agenda_order_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Dialogue',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('slug', models.SlugField(max_length=60, unique=True, verbose_name='short name in addresses')),
                        ('title', models.CharField(max_length=200, verbose_name='title')),
                        ('title_en', models.CharField(max_length=200, null=True, verbose_name='title')),
                        ('title_zh_hant', models.CharField(max_length=200, null=True, verbose_name='title')),
                        ('title_es', models.CharField(max_length=200, null=True, verbose_name='title')),
                        ('title_fr', models.CharField(max_length=200, null=True, verbose_name='title')),
                        ('description', models.TextField(blank=True, verbose_name='description')),
                        ('description_en', models.TextField(blank=True, null=True, verbose_name='description')),
                        ('description_zh_hant', models.TextField(blank=True, null=True, verbose_name='description')),
                        ('description_es', models.TextField(blank=True, null=True, verbose_name='description')),
                        ('description_fr', models.TextField(blank=True, null=True, verbose_name='description')),
                        ('working_languages', dialogues.models.vocabulary.LanguagesField(blank=True, default=list, size=None, verbose_name='working languages')),
                        ('order', models.PositiveSmallIntegerField(default=0, verbose_name='order')),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                        ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='dialogues', to='reference.agreement', verbose_name='agreement')),
                        ('parties', models.ManyToManyField(related_name='dialogues', to='reference.economy', verbose_name='Parties')),
                        ('acknowledge_days', models.PositiveSmallIntegerField(default=5, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(60)], verbose_name='working days to acknowledge an issue')),
                        ('answer_days', models.PositiveSmallIntegerField(default=30, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(250)], verbose_name='working days to answer an issue')),
                        ('charter', models.TextField(blank=True, help_text='What the dialogue is for and how it works. Markdown.', verbose_name='charter')),
                        ('charter_en', models.TextField(blank=True, help_text='What the dialogue is for and how it works. Markdown.', null=True, verbose_name='charter')),
                        ('charter_es', models.TextField(blank=True, help_text='What the dialogue is for and how it works. Markdown.', null=True, verbose_name='charter')),
                        ('charter_fr', models.TextField(blank=True, help_text='What the dialogue is for and how it works. Markdown.', null=True, verbose_name='charter')),
                        ('charter_zh_hant', models.TextField(blank=True, help_text='What the dialogue is for and how it works. Markdown.', null=True, verbose_name='charter')),
                        ('code', models.CharField(max_length=12, unique=True, verbose_name='short name in reference numbers')),
                        ('host_rotation', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=2), blank=True, default=list, size=None, verbose_name='host rotation')),
                    ],
                    options={
                        'verbose_name': 'dialogue',
                        'verbose_name_plural': 'dialogues',
                        'ordering': ['order', 'slug'],
                    },
                ),
                migrations.CreateModel(
                    name='Session',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('number', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='number')),
                        ('slug', models.SlugField(blank=True, max_length=80, null=True, unique=True, verbose_name='name in the catalogue')),
                        ('title', models.CharField(max_length=200, verbose_name='title')),
                        ('title_en', models.CharField(max_length=200, null=True, verbose_name='title')),
                        ('title_zh_hant', models.CharField(max_length=200, null=True, verbose_name='title')),
                        ('title_es', models.CharField(max_length=200, null=True, verbose_name='title')),
                        ('title_fr', models.CharField(max_length=200, null=True, verbose_name='title')),
                        ('status', models.CharField(choices=[('draft', 'Draft'), ('polling', 'Finding a date'), ('scheduled', 'Scheduled'), ('in_progress', 'In progress'), ('held', 'Held'), ('closed', 'Closed'), ('cancelled', 'Cancelled')], default='draft', max_length=12, verbose_name='state')),
                        ('format', models.CharField(choices=[('in_person', 'In person'), ('virtual', 'Online'), ('hybrid', 'In person and online')], default='hybrid', max_length=10, verbose_name='format')),
                        ('is_public', models.BooleanField(default=True, help_text='Anyone may read about it and register. Otherwise only officials of the Parties may.', verbose_name='open to the public')),
                        ('zone', models.CharField(blank=True, max_length=64, validators=[portal.accounts.zones.validate_time_zone], verbose_name='time zone')),
                        ('starts_local', dialogues.models.walltime.WallTimeField(blank=True, null=True, verbose_name='starts (local clock)')),
                        ('ends_local', dialogues.models.walltime.WallTimeField(blank=True, null=True, verbose_name='ends (local clock)')),
                        ('starts_at', models.DateTimeField(blank=True, null=True, verbose_name='starts')),
                        ('ends_at', models.DateTimeField(blank=True, null=True, verbose_name='ends')),
                        ('date_precision', models.CharField(choices=[('exact', 'The day is known'), ('window', 'Within these days'), ('month', 'The month is known'), ('unknown', 'Date not confirmed')], default='exact', max_length=8, verbose_name='what is known of the date')),
                        ('starts_on', models.DateField(blank=True, null=True, verbose_name='first day')),
                        ('ends_on', models.DateField(blank=True, null=True, verbose_name='last day')),
                        ('venue', models.CharField(blank=True, max_length=250, verbose_name='place')),
                        ('join_url', models.URLField(blank=True, help_text='Shown only to people whose registration is confirmed and to officials of the Parties.', max_length=500, verbose_name='link to join online')),
                        ('working_languages', dialogues.models.vocabulary.LanguagesField(blank=True, default=list, size=None, verbose_name='working languages')),
                        ('local_hosts', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=200), blank=True, default=list, size=None, verbose_name='local hosts')),
                        ('uid', models.CharField(default=dialogues.models.session.calendar_uid, editable=False, max_length=80, unique=True)),
                        ('sequence', models.PositiveIntegerField(default=0, editable=False)),
                        ('cancelled_because', models.TextField(blank=True, verbose_name='why it was cancelled')),
                        ('source_url', models.URLField(blank=True, max_length=500, verbose_name='source')),
                        ('sources', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=500), blank=True, default=list, size=None, verbose_name='all sources')),
                        ('reliability', models.CharField(blank=True, choices=[('official', 'official source'), ('press_citing_official', 'press report citing an official source'), ('press', 'press report'), ('unverified', 'press report, unverified')], max_length=24, verbose_name='reliability')),
                        ('host_is_inferred', models.BooleanField(default=False, verbose_name='host concluded, not stated')),
                        ('notes', models.TextField(blank=True, verbose_name='notes on the sources')),
                        ('participation', models.JSONField(blank=True, default=list, verbose_name='participation')),
                        ('announced_at', models.DateTimeField(blank=True, null=True, verbose_name='announced')),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                        ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='changed')),
                        ('convening_bodies', models.ManyToManyField(blank=True, related_name='convened_sessions', to='accounts.organization', verbose_name='convened by')),
                        ('dialogue', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sessions', to='dialogues.dialogue', verbose_name='dialogue')),
                        ('host', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='hosted_sessions', to='reference.economy', verbose_name='host')),
                        ('topics', models.ManyToManyField(blank=True, related_name='sessions', to='reference.topic', verbose_name='topics')),
                        ('capacity', models.PositiveIntegerField(blank=True, help_text='Leave empty for no limit.', null=True, verbose_name='places')),
                        ('current_item', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='dialogues.agendaitem', verbose_name='current item')),
                        ('registration_closes_at', models.DateTimeField(blank=True, null=True, verbose_name='registration closes')),
                        ('registration_opens_at', models.DateTimeField(blank=True, null=True, verbose_name='registration opens')),
                        ('facets', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=80), default=list, editable=False, size=None)),
                        ('search_en', django.contrib.postgres.search.SearchVectorField(editable=False, null=True)),
                        ('search_es', django.contrib.postgres.search.SearchVectorField(editable=False, null=True)),
                        ('search_fr', django.contrib.postgres.search.SearchVectorField(editable=False, null=True)),
                        ('search_zh_hant', django.contrib.postgres.search.SearchVectorField(editable=False, null=True)),
                    ],
                    options={
                        'verbose_name': 'session',
                        'verbose_name_plural': 'sessions',
                        'indexes': [models.Index(fields=['dialogue', 'status', 'starts_at'], name='session_upcoming')],
                        'constraints': [models.UniqueConstraint(fields=('dialogue', 'number'), name='session_number_once'), models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at')), models.Q(('ends_at', None), ('starts_at', None)), _connector='OR'), name='session_ends_after_start', violation_error_message='The session must end after it starts.'), models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on')), ('ends_on', None), _connector='OR'), name='session_days_in_order'), models.CheckConstraint(condition=models.Q(models.Q(('status__in', ['scheduled', 'in_progress']), _negated=True), models.Q(('ends_local__isnull', False), ('starts_at__isnull', False), ('starts_local__isnull', False), models.Q(('zone', ''), _negated=True)), _connector='OR'), name='session_scheduled_has_time', violation_error_message='A scheduled session needs a start, an end and a time zone.'), models.CheckConstraint(condition=models.Q(('registration_closes_at__gt', models.F('registration_opens_at')), ('registration_opens_at', None), ('registration_closes_at', None), _connector='OR'), name='session_registration_in_order', violation_error_message='Registration must close after it opens.')],
                    },
                ),
                migrations.CreateModel(
                    name='Registration',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('role', models.CharField(choices=[('chair', 'Chair'), ('delegate', 'Delegate'), ('speaker', 'Speaker'), ('interpreter', 'Interpreter'), ('observer', 'Participant')], default='observer', max_length=12, verbose_name='role')),
                        ('status', models.CharField(choices=[('pending', 'Waiting for confirmation'), ('confirmed', 'Confirmed'), ('waitlisted', 'On the waiting list'), ('cancelled', 'Cancelled')], default='pending', max_length=10, verbose_name='state')),
                        ('partstat', models.CharField(choices=[('NEEDS-ACTION', 'Not answered'), ('ACCEPTED', 'Will come'), ('TENTATIVE', 'Perhaps'), ('DECLINED', 'Will not come'), ('DELEGATED', 'Sends somebody else')], default='NEEDS-ACTION', max_length=12, verbose_name='answer')),
                        ('attended', models.BooleanField(blank=True, null=True, verbose_name='attended')),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='registered')),
                        ('organization', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='registrations', to='accounts.organization', verbose_name='for')),
                        ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='registrations', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                        ('session', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='registrations', to='dialogues.session', verbose_name='session')),
                        ('access_needs', models.TextField(blank=True, max_length=1000, verbose_name='what you need to take part')),
                        ('address', models.EmailField(blank=True, max_length=254, verbose_name='e-mail address')),
                        ('address_language', models.CharField(blank=True, choices=[('en', 'English'), ('zh-hant', '繁體中文'), ('es', 'Español'), ('fr', 'Français')], max_length=7, verbose_name='language')),
                        ('address_name', models.CharField(blank=True, max_length=150, verbose_name='name')),
                        ('address_time_zone', models.CharField(blank=True, max_length=64, verbose_name='time zone')),
                        ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='answered')),
                        ('checked_in_at', models.DateTimeField(blank=True, null=True, verbose_name='checked in')),
                        ('economy', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reference.economy', verbose_name='economy')),
                        ('interpretation', models.CharField(blank=True, choices=[('en', 'English'), ('zh-hant', '繁體中文'), ('es', 'Español'), ('fr', 'Français')], max_length=7, verbose_name='listens in')),
                    ],
                    options={
                        'verbose_name': 'registration',
                        'verbose_name_plural': 'registrations',
                        'indexes': [models.Index(fields=['session', 'status', 'economy'], name='registration_session_status'), models.Index(condition=models.Q(('status', 'waitlisted')), fields=['session', 'created_at', 'id'], name='registration_waiting')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('status', 'cancelled'), _negated=True), fields=('session', 'user'), name='registration_open_once'), models.UniqueConstraint(models.F('session'), django.db.models.functions.text.Lower('address'), condition=models.Q(models.Q(('status', 'cancelled'), _negated=True), models.Q(('address', ''), _negated=True)), name='registration_address_open_once'), models.CheckConstraint(condition=models.Q(models.Q(('user__isnull', False), ('address', '')), models.Q(models.Q(('user__isnull', False), _negated=True), models.Q(('address', ''), _negated=True)), _connector='OR'), name='registration_of_one_person')],
                    },
                ),
                migrations.CreateModel(
                    name='Minutes',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('version', models.PositiveSmallIntegerField(default=1, verbose_name='version')),
                        ('status', models.CharField(choices=[('draft', 'Draft'), ('circulated', 'Circulated for comments'), ('agreed', 'Agreed'), ('published', 'Published')], default='draft', max_length=10, verbose_name='state')),
                        ('text', models.TextField(blank=True, verbose_name='text')),
                        ('text_en', models.TextField(blank=True, null=True, verbose_name='text')),
                        ('text_zh_hant', models.TextField(blank=True, null=True, verbose_name='text')),
                        ('text_es', models.TextField(blank=True, null=True, verbose_name='text')),
                        ('text_fr', models.TextField(blank=True, null=True, verbose_name='text')),
                        ('revision', models.PositiveIntegerField(default=0, editable=False)),
                        ('changed_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='last saved')),
                        ('published_at', models.DateTimeField(blank=True, null=True, verbose_name='published')),
                        ('written_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='last saved by')),
                        ('session', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='minutes', to='dialogues.session', verbose_name='session')),
                        ('agreed_at', models.DateTimeField(blank=True, null=True, verbose_name='agreed')),
                        ('circulated_at', models.DateTimeField(blank=True, null=True, verbose_name='circulated')),
                        ('comments_until', models.DateField(blank=True, null=True, verbose_name='comments until')),
                        ('correction', models.TextField(blank=True, verbose_name='what is corrected')),
                        ('correction_en', models.TextField(blank=True, null=True, verbose_name='what is corrected')),
                        ('correction_es', models.TextField(blank=True, null=True, verbose_name='what is corrected')),
                        ('correction_fr', models.TextField(blank=True, null=True, verbose_name='what is corrected')),
                        ('correction_zh_hant', models.TextField(blank=True, null=True, verbose_name='what is corrected')),
                        ('revisions', models.JSONField(default=dialogues.models.minutes.no_revisions, editable=False)),
                    ],
                    options={
                        'verbose_name': 'minutes',
                        'verbose_name_plural': 'minutes',
                        'ordering': ['session', '-version'],
                        'constraints': [models.UniqueConstraint(fields=('session', 'version'), name='minutes_version_once'), models.UniqueConstraint(condition=models.Q(('status', 'published'), _negated=True), fields=('session',), name='minutes_one_in_work'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'published'), _negated=True), ('published_at__isnull', False), _connector='OR'), name='minutes_published_when')],
                    },
                ),
                migrations.CreateModel(
                    name='Initiative',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('order', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                        ('name', models.CharField(max_length=200, verbose_name='name')),
                        ('name_en', models.CharField(max_length=200, null=True, verbose_name='name')),
                        ('name_zh_hant', models.CharField(max_length=200, null=True, verbose_name='name')),
                        ('name_es', models.CharField(max_length=200, null=True, verbose_name='name')),
                        ('name_fr', models.CharField(max_length=200, null=True, verbose_name='name')),
                        ('objective', models.TextField(blank=True, verbose_name='objective')),
                        ('objective_en', models.TextField(blank=True, null=True, verbose_name='objective')),
                        ('objective_zh_hant', models.TextField(blank=True, null=True, verbose_name='objective')),
                        ('objective_es', models.TextField(blank=True, null=True, verbose_name='objective')),
                        ('objective_fr', models.TextField(blank=True, null=True, verbose_name='objective')),
                        ('expected_outcome', models.TextField(blank=True, verbose_name='expected outcome')),
                        ('expected_outcome_en', models.TextField(blank=True, null=True, verbose_name='expected outcome')),
                        ('expected_outcome_zh_hant', models.TextField(blank=True, null=True, verbose_name='expected outcome')),
                        ('expected_outcome_es', models.TextField(blank=True, null=True, verbose_name='expected outcome')),
                        ('expected_outcome_fr', models.TextField(blank=True, null=True, verbose_name='expected outcome')),
                        ('next_steps', models.TextField(blank=True, verbose_name='next steps')),
                        ('next_steps_en', models.TextField(blank=True, null=True, verbose_name='next steps')),
                        ('next_steps_zh_hant', models.TextField(blank=True, null=True, verbose_name='next steps')),
                        ('next_steps_es', models.TextField(blank=True, null=True, verbose_name='next steps')),
                        ('next_steps_fr', models.TextField(blank=True, null=True, verbose_name='next steps')),
                        ('source', models.CharField(blank=True, max_length=500, verbose_name='source')),
                        ('reliability', models.CharField(blank=True, choices=[('official', 'official source'), ('press_citing_official', 'press report citing an official source'), ('press', 'press report'), ('unverified', 'press report, unverified')], max_length=24, verbose_name='reliability')),
                        ('session', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='initiatives', to='dialogues.session', verbose_name='session')),
                        ('status', models.CharField(choices=[('unknown', 'Not stated'), ('planned', 'Planned'), ('under_way', 'Under way'), ('completed', 'Completed'), ('stopped', 'Stopped')], default='unknown', max_length=9, verbose_name='state')),
                    ],
                    options={
                        'verbose_name': 'initiative',
                        'verbose_name_plural': 'initiatives',
                        'ordering': ['order', 'pk'],
                        'constraints': [models.UniqueConstraint(fields=('session', 'order'), name='initiative_order_once')],
                    },
                ),
                migrations.CreateModel(
                    name='IndicatorValue',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('year', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='year')),
                        ('period_label', models.CharField(blank=True, max_length=40, verbose_name='period, where the source names no year')),
                        ('value', models.DecimalField(decimal_places=4, max_digits=20, verbose_name='value')),
                        ('qualifier', models.CharField(blank=True, choices=[('exactly', 'exactly'), ('about', 'about'), ('nearly', 'nearly'), ('over', 'over'), ('more than', 'more than'), ('less than', 'less than'), ('at most', 'at most')], max_length=12, verbose_name='qualifier')),
                        ('reliability', models.CharField(choices=[('official', 'official source'), ('press_citing_official', 'press report citing an official source'), ('press', 'press report'), ('unverified', 'press report, unverified')], max_length=24, verbose_name='reliability')),
                        ('source', models.CharField(max_length=500, verbose_name='source')),
                        ('agreement', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reference.agreement', verbose_name='agreement')),
                        ('economy', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reference.economy', verbose_name='economy')),
                        ('indicator', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='values', to='dialogues.indicator', verbose_name='indicator')),
                        ('session', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='figures', to='dialogues.session', verbose_name='session')),
                    ],
                    options={
                        'verbose_name': 'figure',
                        'verbose_name_plural': 'figures',
                        'constraints': [models.UniqueConstraint(fields=('indicator', 'year', 'period_label', 'economy', 'agreement', 'session', 'source'), name='figure_once', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('year__isnull', False), models.Q(('period_label', ''), _negated=True), _connector='OR'), name='figure_has_period')],
                    },
                ),
                migrations.CreateModel(
                    name='Decision',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('text', models.TextField(verbose_name='decision')),
                        ('text_en', models.TextField(null=True, verbose_name='decision')),
                        ('text_zh_hant', models.TextField(null=True, verbose_name='decision')),
                        ('text_es', models.TextField(null=True, verbose_name='decision')),
                        ('text_fr', models.TextField(null=True, verbose_name='decision')),
                        ('published_at', models.DateTimeField(blank=True, null=True, verbose_name='published')),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='recorded')),
                        ('agenda_item', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='decisions', to='dialogues.agendaitem', verbose_name='agenda item')),
                        ('session', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='decisions', to='dialogues.session', verbose_name='session')),
                    ],
                    options={
                        'verbose_name': 'decision',
                        'verbose_name_plural': 'decisions',
                        'ordering': ['pk'],
                    },
                ),
                migrations.CreateModel(
                    name='Commitment',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('text', models.TextField(verbose_name='commitment')),
                        ('text_en', models.TextField(null=True, verbose_name='commitment')),
                        ('text_zh_hant', models.TextField(null=True, verbose_name='commitment')),
                        ('text_es', models.TextField(null=True, verbose_name='commitment')),
                        ('text_fr', models.TextField(null=True, verbose_name='commitment')),
                        ('due_on', models.DateField(verbose_name='due on')),
                        ('status', models.CharField(choices=[('open', 'Open'), ('in_progress', 'In progress'), ('done', 'Done'), ('dropped', 'Dropped')], default='open', max_length=12, verbose_name='state')),
                        ('dropped_because', models.TextField(blank=True, verbose_name='why it was dropped')),
                        ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='done or dropped')),
                        ('published_at', models.DateTimeField(blank=True, null=True, verbose_name='published')),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='recorded')),
                        ('agenda_item', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='commitments', to='dialogues.agendaitem', verbose_name='agenda item')),
                        ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='commitments', to='accounts.organization', verbose_name='who keeps it')),
                        ('decision', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='commitments', to='dialogues.decision', verbose_name='decision')),
                        ('session', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='commitments', to='dialogues.session', verbose_name='session')),
                        ('first_due_on', models.DateField(blank=True, editable=False, null=True, verbose_name='first due on')),
                        ('lead', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='led_commitments', to=settings.AUTH_USER_MODEL, verbose_name='who sees to it')),
                        ('facets', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=80), default=list, editable=False, size=None)),
                        ('search_en', django.contrib.postgres.search.SearchVectorField(editable=False, null=True)),
                        ('search_es', django.contrib.postgres.search.SearchVectorField(editable=False, null=True)),
                        ('search_fr', django.contrib.postgres.search.SearchVectorField(editable=False, null=True)),
                        ('search_zh_hant', django.contrib.postgres.search.SearchVectorField(editable=False, null=True)),
                    ],
                    options={
                        'verbose_name': 'commitment',
                        'verbose_name_plural': 'commitments',
                        'ordering': ['due_on', 'pk'],
                        'indexes': [models.Index(fields=['owner', 'status', 'due_on'], name='commitment_owner_due')],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('status', 'dropped'), _negated=True), models.Q(('dropped_because', ''), _negated=True), _connector='OR'), name='commitment_dropped_with_reason')],
                    },
                ),
                migrations.CreateModel(
                    name='SuccessCase',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('named_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='named')),
                        ('dialogue', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='success_cases', to='dialogues.dialogue', verbose_name='dialogue')),
                        ('named_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='named by')),
                        ('resource', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='resources.resource', verbose_name='success case')),
                    ],
                    options={
                        'verbose_name': 'success case',
                        'verbose_name_plural': 'success cases',
                    },
                ),
                migrations.CreateModel(
                    name='Availability',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('answer', models.CharField(choices=[('yes', 'Yes'), ('if_need_be', 'If need be'), ('no', 'No')], max_length=10, verbose_name='answer')),
                        ('slot', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='availabilities', to='dialogues.candidateslot', verbose_name='slot')),
                        ('invitee', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='availabilities', to='dialogues.invitee', verbose_name='invitee')),
                    ],
                    options={
                        'verbose_name': 'availability',
                        'verbose_name_plural': 'availabilities',
                        'constraints': [models.UniqueConstraint(fields=('invitee', 'slot'), name='availability_once')],
                    },
                ),
                migrations.CreateModel(
                    name='CandidateSlot',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('starts_at', models.DateTimeField(verbose_name='starts')),
                        ('ends_at', models.DateTimeField(verbose_name='ends')),
                        ('inconvenience', models.JSONField(default=dict, verbose_name='inconvenience')),
                        ('poll', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='slots', to='dialogues.slotpoll', verbose_name='poll')),
                    ],
                    options={
                        'verbose_name': 'candidate slot',
                        'verbose_name_plural': 'candidate slots',
                        'ordering': ['starts_at', 'pk'],
                        'constraints': [models.UniqueConstraint(fields=('poll', 'starts_at'), name='slot_once'), models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='slot_ends_after_start')],
                    },
                ),
                migrations.CreateModel(
                    name='CommitmentUpdate',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('language', models.CharField(choices=[('en', 'English'), ('zh-hant', '繁體中文'), ('es', 'Español'), ('fr', 'Français')], max_length=7, verbose_name='language')),
                        ('text', models.TextField(max_length=3000, verbose_name='progress')),
                        ('evidence_url', models.URLField(blank=True, max_length=500, verbose_name='evidence')),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='written')),
                        ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='written by')),
                        ('commitment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='updates', to='dialogues.commitment', verbose_name='commitment')),
                    ],
                    options={
                        'verbose_name': 'progress note',
                        'verbose_name_plural': 'progress notes',
                        'ordering': ['-created_at', '-pk'],
                    },
                ),
                migrations.CreateModel(
                    name='Delegation',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('time_zone', models.CharField(max_length=64, validators=[portal.accounts.zones.validate_time_zone], verbose_name='time zone')),
                        ('work_begins', models.TimeField(verbose_name='work begins')),
                        ('work_ends', models.TimeField(verbose_name='work ends')),
                        ('work_days', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(7)]), default=dialogues.models.dialogue.monday_to_friday, size=None, verbose_name='working days')),
                        ('dialogue', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='delegations', to='dialogues.dialogue', verbose_name='dialogue')),
                        ('economy', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reference.economy', verbose_name='Party')),
                    ],
                    options={
                        'verbose_name': 'delegation',
                        'verbose_name_plural': 'delegations',
                        'constraints': [models.UniqueConstraint(fields=('dialogue', 'economy'), name='delegation_once'), models.CheckConstraint(condition=models.Q(('work_ends__gt', models.F('work_begins'))), name='delegation_day_in_order', violation_error_message='Work must end after it begins.')],
                    },
                ),
                migrations.CreateModel(
                    name='Document',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('title', models.CharField(max_length=200, verbose_name='title')),
                        ('title_en', models.CharField(max_length=200, null=True, verbose_name='title')),
                        ('title_zh_hant', models.CharField(max_length=200, null=True, verbose_name='title')),
                        ('title_es', models.CharField(max_length=200, null=True, verbose_name='title')),
                        ('title_fr', models.CharField(max_length=200, null=True, verbose_name='title')),
                        ('kind', models.CharField(choices=[('paper', 'Paper'), ('slides', 'Slides'), ('statement', 'Statement'), ('other', 'Other')], default='paper', max_length=9, verbose_name='kind')),
                        ('audience', models.CharField(choices=[('public', 'Everyone'), ('participants', 'Participants'), ('officials', 'Officials only')], default='officials', max_length=12, verbose_name='who may read it')),
                        ('added_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='added')),
                        ('removed_at', models.DateTimeField(blank=True, null=True, verbose_name='taken off')),
                        ('added_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='added by')),
                        ('agenda_item', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='documents', to='dialogues.agendaitem', verbose_name='agenda item')),
                        ('session', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='documents', to='dialogues.session', verbose_name='session')),
                    ],
                    options={
                        'verbose_name': 'document',
                        'verbose_name_plural': 'documents',
                        'ordering': ['pk'],
                        'indexes': [models.Index(condition=models.Q(('removed_at', None)), fields=['session'], name='document_of_session')],
                    },
                ),
                migrations.CreateModel(
                    name='DocumentVersion',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('language', models.CharField(choices=[('en', 'English'), ('zh-hant', '繁體中文'), ('es', 'Español'), ('fr', 'Français')], max_length=7, verbose_name='language')),
                        ('number', models.PositiveSmallIntegerField(verbose_name='version')),
                        ('file', models.FileField(max_length=200, storage=dialogues.models.documents.private_storage, upload_to=dialogues.models.documents.stored_name, verbose_name='file')),
                        ('filename', models.CharField(max_length=150, verbose_name='file name')),
                        ('content_type', models.CharField(max_length=100, verbose_name='kind of file')),
                        ('size', models.PositiveBigIntegerField(verbose_name='size in bytes')),
                        ('digest', models.CharField(max_length=64, verbose_name='SHA-256')),
                        ('uploaded_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='uploaded')),
                        ('document', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='dialogues.document', verbose_name='document')),
                        ('uploaded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='uploaded by')),
                    ],
                    options={
                        'verbose_name': 'version of a document',
                        'verbose_name_plural': 'versions of documents',
                        'ordering': ['language', '-number'],
                        'constraints': [models.UniqueConstraint(fields=('document', 'language', 'number'), name='document_version_once')],
                    },
                ),
                migrations.CreateModel(
                    name='DueChange',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('was', models.DateField(verbose_name='was due on')),
                        ('became', models.DateField(verbose_name='is due on')),
                        ('reason', models.TextField(max_length=1000, verbose_name='reason')),
                        ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='changed')),
                        ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='changed by')),
                        ('commitment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='due_changes', to='dialogues.commitment', verbose_name='commitment')),
                    ],
                    options={
                        'verbose_name': 'change of a due date',
                        'verbose_name_plural': 'changes of due dates',
                        'ordering': ['changed_at', 'pk'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='due_change_with_reason'), models.CheckConstraint(condition=models.Q(('was', models.F('became')), _negated=True), name='due_change_changes')],
                    },
                ),
                migrations.CreateModel(
                    name='Endorsement',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('note', models.CharField(blank=True, max_length=500, verbose_name='how it affects you')),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='said')),
                        ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='said by')),
                        ('organization', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='endorsements', to='accounts.organization', verbose_name='organization')),
                        ('issue', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='endorsements', to='dialogues.issue', verbose_name='issue')),
                    ],
                    options={
                        'verbose_name': 'endorsement',
                        'verbose_name_plural': 'endorsements',
                        'ordering': ['created_at', 'pk'],
                        'constraints': [models.UniqueConstraint(fields=('issue', 'organization'), name='endorsement_once')],
                    },
                ),
                migrations.CreateModel(
                    name='InterpretationChannel',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('language', models.CharField(choices=[('en', 'English'), ('zh-hant', '繁體中文'), ('es', 'Español'), ('fr', 'Français')], max_length=7, verbose_name='language')),
                        ('url', models.URLField(max_length=500, verbose_name='link')),
                        ('session', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='channels', to='dialogues.session', verbose_name='session')),
                    ],
                    options={
                        'verbose_name': 'interpretation channel',
                        'verbose_name_plural': 'interpretation channels',
                        'ordering': ['pk'],
                        'constraints': [models.UniqueConstraint(fields=('session', 'language'), name='channel_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Invitee',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('address', models.EmailField(blank=True, max_length=254, verbose_name='e-mail address')),
                        ('name', models.CharField(blank=True, max_length=150, verbose_name='name')),
                        ('language', models.CharField(choices=[('en', 'English'), ('zh-hant', '繁體中文'), ('es', 'Español'), ('fr', 'Français')], default='en', max_length=7, verbose_name='language')),
                        ('time_zone', models.CharField(blank=True, max_length=64, verbose_name='time zone')),
                        ('generation', models.PositiveIntegerField(default=0, editable=False)),
                        ('comment', models.CharField(blank=True, max_length=500, verbose_name='comment')),
                        ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='answered')),
                        ('economy', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reference.economy', verbose_name='speaks for')),
                        ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='poll_invitations', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                        ('poll', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='invitees', to='dialogues.slotpoll', verbose_name='poll')),
                        ('asked_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='asked')),
                    ],
                    options={
                        'verbose_name': 'invitee',
                        'verbose_name_plural': 'invitees',
                        'ordering': ['pk'],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('user__isnull', False), ('address', '')), models.Q(models.Q(('user__isnull', False), _negated=True), models.Q(('address', ''), _negated=True)), _connector='OR'), name='invitee_is_one_person'), models.UniqueConstraint(fields=('poll', 'user'), name='invitee_once'), models.UniqueConstraint(models.F('poll'), django.db.models.functions.text.Lower('address'), condition=models.Q(('address', ''), _negated=True), name='invitee_address_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Issue',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('search_en', django.contrib.postgres.search.SearchVectorField(editable=False, null=True)),
                        ('search_es', django.contrib.postgres.search.SearchVectorField(editable=False, null=True)),
                        ('search_fr', django.contrib.postgres.search.SearchVectorField(editable=False, null=True)),
                        ('search_zh_hant', django.contrib.postgres.search.SearchVectorField(editable=False, null=True)),
                        ('reference', models.CharField(blank=True, max_length=30, verbose_name='reference number')),
                        ('status', models.CharField(choices=[('draft', 'Draft'), ('submitted', 'Submitted'), ('acknowledged', 'Acknowledged'), ('on_agenda', 'On the agenda'), ('committed', 'Committed'), ('resolved', 'Resolved'), ('answered', 'Answered'), ('declined', 'Declined'), ('duplicate', 'Merged into another'), ('withdrawn', 'Withdrawn')], default='draft', max_length=12, verbose_name='state')),
                        ('language', models.CharField(choices=[('en', 'English'), ('zh-hant', '繁體中文'), ('es', 'Español'), ('fr', 'Français')], max_length=7, verbose_name='language')),
                        ('title', models.CharField(max_length=200, verbose_name='title')),
                        ('what_happened', models.TextField(blank=True, verbose_name='what happened')),
                        ('effect', models.TextField(blank=True, verbose_name='what it costs or prevents')),
                        ('proposal', models.TextField(blank=True, verbose_name='what would help')),
                        ('hs_codes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=6), blank=True, default=list, size=None, verbose_name='HS codes')),
                        ('identity', models.CharField(choices=[('public', 'Public: everybody may read who raised it'), ('officials', 'Officials only: the public text does not name us'), ('chamber', 'Through our chamber: officials see the chamber, not us')], max_length=9, verbose_name='who may know that it is yours')),
                        ('public_status', models.CharField(choices=[('none', 'Not written'), ('drafted', 'Draft'), ('awaiting', 'Waiting for approval'), ('published', 'Published')], default='none', max_length=9, verbose_name='public text')),
                        ('public_title', models.CharField(blank=True, max_length=200, verbose_name='public title')),
                        ('public_title_en', models.CharField(blank=True, max_length=200, null=True, verbose_name='public title')),
                        ('public_title_zh_hant', models.CharField(blank=True, max_length=200, null=True, verbose_name='public title')),
                        ('public_title_es', models.CharField(blank=True, max_length=200, null=True, verbose_name='public title')),
                        ('public_title_fr', models.CharField(blank=True, max_length=200, null=True, verbose_name='public title')),
                        ('public_text', models.TextField(blank=True, verbose_name='public text')),
                        ('public_text_en', models.TextField(blank=True, null=True, verbose_name='public text')),
                        ('public_text_zh_hant', models.TextField(blank=True, null=True, verbose_name='public text')),
                        ('public_text_es', models.TextField(blank=True, null=True, verbose_name='public text')),
                        ('public_text_fr', models.TextField(blank=True, null=True, verbose_name='public text')),
                        ('public_at', models.DateTimeField(blank=True, null=True, verbose_name='public since')),
                        ('answer', models.TextField(blank=True, verbose_name='answer')),
                        ('answer_en', models.TextField(blank=True, null=True, verbose_name='answer')),
                        ('answer_zh_hant', models.TextField(blank=True, null=True, verbose_name='answer')),
                        ('answer_es', models.TextField(blank=True, null=True, verbose_name='answer')),
                        ('answer_fr', models.TextField(blank=True, null=True, verbose_name='answer')),
                        ('declined_because', models.TextField(blank=True, verbose_name='why it was declined')),
                        ('declined_because_en', models.TextField(blank=True, null=True, verbose_name='why it was declined')),
                        ('declined_because_zh_hant', models.TextField(blank=True, null=True, verbose_name='why it was declined')),
                        ('declined_because_es', models.TextField(blank=True, null=True, verbose_name='why it was declined')),
                        ('declined_because_fr', models.TextField(blank=True, null=True, verbose_name='why it was declined')),
                        ('outcome', models.TextField(blank=True, verbose_name='outcome')),
                        ('outcome_en', models.TextField(blank=True, null=True, verbose_name='outcome')),
                        ('outcome_zh_hant', models.TextField(blank=True, null=True, verbose_name='outcome')),
                        ('outcome_es', models.TextField(blank=True, null=True, verbose_name='outcome')),
                        ('outcome_fr', models.TextField(blank=True, null=True, verbose_name='outcome')),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='begun')),
                        ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='changed')),
                        ('submitted_at', models.DateTimeField(blank=True, null=True, verbose_name='submitted')),
                        ('acknowledged_at', models.DateTimeField(blank=True, null=True, verbose_name='acknowledged')),
                        ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='answered')),
                        ('acknowledge_by', models.DateField(blank=True, null=True, verbose_name='acknowledge by')),
                        ('answer_by', models.DateField(blank=True, null=True, verbose_name='answer by')),
                        ('search_digest', models.CharField(default='', editable=False, max_length=64)),
                        ('facets', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=80), default=list, editable=False, size=None)),
                        ('chamber', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='issues_for_members', to='accounts.organization', verbose_name='chamber')),
                        ('concerns', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reference.economy', verbose_name='about which Party')),
                        ('dialogue', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='issues', to='dialogues.dialogue', verbose_name='dialogue')),
                        ('duplicate_of', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='duplicates', to='dialogues.issue', verbose_name='merged into')),
                        ('economy', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reference.economy', verbose_name='from')),
                        ('filed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='issues', to=settings.AUTH_USER_MODEL, verbose_name='filed by')),
                        ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='issues', to='accounts.organization', verbose_name='whose issue')),
                        ('public_approved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='approved by')),
                        ('public_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='written by')),
                        ('referred_to', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='referred_issues', to='accounts.organization', verbose_name='referred to')),
                        ('sectors', models.ManyToManyField(blank=True, related_name='issues', to='reference.sector', verbose_name='sectors')),
                        ('topics', models.ManyToManyField(blank=True, related_name='issues', to='reference.topic', verbose_name='topics')),
                        ('public_changed_at', models.DateTimeField(blank=True, null=True, verbose_name='public text changed')),
                        ('public_draft', models.JSONField(blank=True, default=dict, verbose_name='draft of the public text')),
                        ('public_note', models.TextField(blank=True, max_length=1000, verbose_name='why the public text came back')),
                        ('referred_at', models.DateTimeField(blank=True, null=True, verbose_name='referred')),
                        ('reopened_at', models.DateTimeField(blank=True, null=True, verbose_name='reopened')),
                        ('reopened_because', models.TextField(blank=True, max_length=2000, verbose_name='why the answer does not help')),
                        ('resolved_at', models.DateTimeField(blank=True, null=True, verbose_name='resolved')),
                    ],
                    options={
                        'verbose_name': 'issue',
                        'verbose_name_plural': 'issues',
                        'indexes': [models.Index(fields=['dialogue', 'status', 'answer_by'], name='issue_clock'), models.Index(condition=models.Q(('public_at__isnull', False)), fields=['-public_at', '-id'], name='issue_public'), models.Index(fields=['organization'], name='issue_organization'), django.contrib.postgres.indexes.GinIndex(fields=['facets'], name='issue_facets'), django.contrib.postgres.indexes.GinIndex(fields=['search_en'], name='issue_search_en'), django.contrib.postgres.indexes.GinIndex(fields=['search_es'], name='issue_search_es'), django.contrib.postgres.indexes.GinIndex(fields=['search_fr'], name='issue_search_fr'), django.contrib.postgres.indexes.GinIndex(fields=['search_zh_hant'], name='issue_search_zh_hant')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('reference', ''), _negated=True), fields=('reference',), name='issue_reference_once'), models.CheckConstraint(condition=models.Q(('status__in', ['draft', 'withdrawn']), models.Q(models.Q(('reference', ''), _negated=True), ('submitted_at__isnull', False)), _connector='OR'), name='issue_submitted_has_reference'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'duplicate'), _negated=True), ('duplicate_of__isnull', False), _connector='OR'), name='issue_duplicate_of_what'), models.CheckConstraint(condition=models.Q(('duplicate_of', models.F('pk')), _negated=True), name='issue_not_its_own_duplicate'), models.CheckConstraint(condition=models.Q(models.Q(('public_status', 'published'), _negated=True), ('public_at__isnull', False), _connector='OR'), name='issue_published_when'), models.CheckConstraint(condition=models.Q(('public_approved_by', models.F('public_by')), _negated=True), name='issue_text_by_two_hands')],
                    },
                ),
                migrations.CreateModel(
                    name='IssueFollower',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='since')),
                        ('issue', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='followers', to='dialogues.issue', verbose_name='issue')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='followed_issues', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                    ],
                    options={
                        'verbose_name': 'follower of an issue',
                        'verbose_name_plural': 'followers of issues',
                        'constraints': [models.UniqueConstraint(fields=('issue', 'user'), name='issue_followed_once')],
                    },
                ),
                migrations.CreateModel(
                    name='IssueMeaning',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('language', models.CharField(choices=[('en', 'English'), ('zh-hant', '繁體中文'), ('es', 'Español'), ('fr', 'Français')], editable=False, max_length=7, verbose_name='language')),
                        ('part', models.PositiveSmallIntegerField(default=0, editable=False)),
                        ('vector', portal.search.meaning.MeaningField(dimensions=512, editable=False, null=True)),
                        ('digest', models.CharField(editable=False, max_length=64)),
                        ('indexed', models.CharField(editable=False, max_length=80)),
                        ('issue', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='meanings', to='dialogues.issue', verbose_name='issue')),
                    ],
                    options={
                        'verbose_name': 'meaning of an issue',
                        'verbose_name_plural': 'meanings of issues',
                        'constraints': [models.UniqueConstraint(fields=('issue', 'language', 'part'), include=('indexed',), name='issue_meaning_once')],
                    },
                ),
                migrations.CreateModel(
                    name='MinutesComment',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('language', models.CharField(choices=[('en', 'English'), ('zh-hant', '繁體中文'), ('es', 'Español'), ('fr', 'Français')], max_length=7, verbose_name='language')),
                        ('text', models.TextField(max_length=5000, verbose_name='comment')),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='written')),
                        ('settled_at', models.DateTimeField(blank=True, null=True, verbose_name='settled')),
                        ('reply', models.TextField(blank=True, max_length=2000, verbose_name='reply')),
                        ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='written by')),
                        ('minutes', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='comments', to='dialogues.minutes', verbose_name='minutes')),
                        ('organization', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='accounts.organization', verbose_name='for')),
                        ('settled_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='settled by')),
                        ('section', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='comments', to='dialogues.minutessection', verbose_name='section')),
                        ('name', models.CharField(blank=True, max_length=150, verbose_name='name')),
                        ('registration', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='dialogues.registration', verbose_name='place')),
                    ],
                    options={
                        'verbose_name': 'comment on minutes',
                        'verbose_name_plural': 'comments on minutes',
                        'ordering': ['created_at', 'pk'],
                    },
                ),
                migrations.CreateModel(
                    name='MinutesSection',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('order', models.PositiveSmallIntegerField(verbose_name='position')),
                        ('heading', models.CharField(blank=True, max_length=250, verbose_name='heading')),
                        ('heading_en', models.CharField(blank=True, max_length=250, null=True, verbose_name='heading')),
                        ('heading_zh_hant', models.CharField(blank=True, max_length=250, null=True, verbose_name='heading')),
                        ('heading_es', models.CharField(blank=True, max_length=250, null=True, verbose_name='heading')),
                        ('heading_fr', models.CharField(blank=True, max_length=250, null=True, verbose_name='heading')),
                        ('visibility', models.CharField(choices=[('public', 'Everyone'), ('participants', 'Participants'), ('officials', 'Officials only')], default='public', max_length=12, verbose_name='who sees it')),
                        ('text', models.TextField(blank=True, verbose_name='text')),
                        ('text_en', models.TextField(blank=True, null=True, verbose_name='text')),
                        ('text_zh_hant', models.TextField(blank=True, null=True, verbose_name='text')),
                        ('text_es', models.TextField(blank=True, null=True, verbose_name='text')),
                        ('text_fr', models.TextField(blank=True, null=True, verbose_name='text')),
                        ('revisions', models.JSONField(default=dialogues.models.minutes.no_revisions, editable=False)),
                        ('changed_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='last saved')),
                        ('agenda_item', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='minutes_sections', to='dialogues.agendaitem', verbose_name='agenda item')),
                        ('minutes', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sections', to='dialogues.minutes', verbose_name='minutes')),
                        ('written_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='last saved by')),
                    ],
                    options={
                        'verbose_name': 'section of the minutes',
                        'verbose_name_plural': 'sections of the minutes',
                        'ordering': ['order', 'pk'],
                        'constraints': [models.UniqueConstraint(deferrable=django.db.models.constraints.Deferrable['DEFERRED'], fields=('minutes', 'order'), name='section_order_once'), models.UniqueConstraint(fields=('minutes', 'agenda_item'), name='section_of_item_once')],
                    },
                ),
                migrations.CreateModel(
                    name='PartyConfirmation',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('confirmed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='confirmed')),
                        ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='confirmed by')),
                        ('economy', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reference.economy', verbose_name='Party')),
                        ('session', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='confirmations', to='dialogues.session', verbose_name='session')),
                    ],
                    options={
                        'verbose_name': 'confirmation of a Party',
                        'verbose_name_plural': 'confirmations of Parties',
                        'constraints': [models.UniqueConstraint(fields=('session', 'economy'), name='party_confirmed_once')],
                    },
                ),
                migrations.CreateModel(
                    name='PersonalCalendar',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('generation', models.PositiveIntegerField(default=1, editable=False)),
                        ('is_on', models.BooleanField(default=True, verbose_name='in use')),
                        ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='address made')),
                        ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='personal_calendar', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                    ],
                    options={
                        'verbose_name': 'personal calendar',
                        'verbose_name_plural': 'personal calendars',
                    },
                ),
                migrations.CreateModel(
                    name='Question',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('order', models.PositiveSmallIntegerField(verbose_name='position')),
                        ('kind', models.CharField(choices=[('text', 'A few words'), ('yes_no', 'Yes or no'), ('choice', 'One of several')], default='text', max_length=6, verbose_name='kind of answer')),
                        ('label', models.CharField(max_length=200, verbose_name='question')),
                        ('label_en', models.CharField(max_length=200, null=True, verbose_name='question')),
                        ('label_zh_hant', models.CharField(max_length=200, null=True, verbose_name='question')),
                        ('label_es', models.CharField(max_length=200, null=True, verbose_name='question')),
                        ('label_fr', models.CharField(max_length=200, null=True, verbose_name='question')),
                        ('choices', models.TextField(blank=True, verbose_name='choices')),
                        ('choices_en', models.TextField(blank=True, null=True, verbose_name='choices')),
                        ('choices_zh_hant', models.TextField(blank=True, null=True, verbose_name='choices')),
                        ('choices_es', models.TextField(blank=True, null=True, verbose_name='choices')),
                        ('choices_fr', models.TextField(blank=True, null=True, verbose_name='choices')),
                        ('is_required', models.BooleanField(default=False, verbose_name='must be answered')),
                        ('session', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='questions', to='dialogues.session', verbose_name='session')),
                    ],
                    options={
                        'verbose_name': 'question',
                        'verbose_name_plural': 'questions',
                        'ordering': ['order', 'pk'],
                        'constraints': [models.UniqueConstraint(fields=('session', 'order'), name='question_order_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Quota',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('places', models.PositiveIntegerField(verbose_name='places')),
                        ('economy', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reference.economy', verbose_name='economy')),
                        ('session', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='quotas', to='dialogues.session', verbose_name='session')),
                    ],
                    options={
                        'verbose_name': 'quota',
                        'verbose_name_plural': 'quotas',
                        'constraints': [models.UniqueConstraint(fields=('session', 'economy'), name='quota_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Reply',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('value', models.TextField(blank=True, verbose_name='answer')),
                        ('question', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='replies', to='dialogues.question', verbose_name='question')),
                        ('registration', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='replies', to='dialogues.registration', verbose_name='registration')),
                    ],
                    options={
                        'verbose_name': 'reply',
                        'verbose_name_plural': 'replies',
                        'constraints': [models.UniqueConstraint(fields=('registration', 'question'), name='reply_once')],
                    },
                ),
                migrations.CreateModel(
                    name='SessionInvitation',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('status', models.CharField(choices=[('sent', 'Not answered'), ('accepted', 'Accepted'), ('declined', 'Declined'), ('delegated', 'Passed on'), ('withdrawn', 'Withdrawn')], default='sent', max_length=9, verbose_name='state')),
                        ('role', models.CharField(choices=[('chair', 'Chair'), ('delegate', 'Delegate'), ('speaker', 'Speaker'), ('interpreter', 'Interpreter'), ('observer', 'Participant')], default='observer', max_length=12, verbose_name='role')),
                        ('address', models.EmailField(blank=True, max_length=254, verbose_name='e-mail address')),
                        ('name', models.CharField(blank=True, max_length=150, verbose_name='name')),
                        ('language', models.CharField(choices=[('en', 'English'), ('zh-hant', '繁體中文'), ('es', 'Español'), ('fr', 'Français')], default='en', max_length=7, verbose_name='language')),
                        ('time_zone', models.CharField(blank=True, max_length=64, verbose_name='time zone')),
                        ('generation', models.PositiveIntegerField(default=0, editable=False)),
                        ('invited_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='invited')),
                        ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='answered')),
                        ('delegated_to', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='delegated_from', to='dialogues.sessioninvitation', verbose_name='passed on to')),
                        ('invited_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='invited by')),
                        ('organization', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organization', verbose_name='organization')),
                        ('registration', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='invitation', to='dialogues.registration', verbose_name='place')),
                        ('session', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to='dialogues.session', verbose_name='session')),
                        ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                    ],
                    options={
                        'verbose_name': 'invitation',
                        'verbose_name_plural': 'invitations',
                        'ordering': ['pk'],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('user__isnull', False), ('address', '')), models.Q(models.Q(('user__isnull', False), _negated=True), models.Q(('address', ''), _negated=True)), _connector='OR'), name='invitation_of_one_person'), models.UniqueConstraint(condition=models.Q(('status', 'withdrawn'), _negated=True), fields=('session', 'user'), name='session_invitation_once'), models.UniqueConstraint(models.F('session'), django.db.models.functions.text.Lower('address'), condition=models.Q(models.Q(('address', ''), _negated=True), models.Q(('status', 'withdrawn'), _negated=True)), name='session_invitation_address_once')],
                    },
                ),
                migrations.CreateModel(
                    name='SignOff',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('signed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='signed')),
                        ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='signed by')),
                        ('economy', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reference.economy', verbose_name='Party')),
                        ('minutes', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sign_offs', to='dialogues.minutes', verbose_name='minutes')),
                        ('received_as', models.CharField(blank=True, max_length=200, verbose_name='received as')),
                    ],
                    options={
                        'verbose_name': 'sign-off',
                        'verbose_name_plural': 'sign-offs',
                        'constraints': [models.UniqueConstraint(fields=('minutes', 'economy'), name='sign_off_once')],
                    },
                ),
                migrations.CreateModel(
                    name='SlotPoll',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('status', models.CharField(choices=[('open', 'Open'), ('chosen', 'Date chosen'), ('withdrawn', 'Withdrawn')], default='open', max_length=9, verbose_name='state')),
                        ('zone', models.CharField(max_length=64, validators=[portal.accounts.zones.validate_time_zone], verbose_name='time zone')),
                        ('minutes', models.PositiveSmallIntegerField(verbose_name='minutes')),
                        ('respond_by', models.DateTimeField(verbose_name='answer by')),
                        ('note', models.TextField(blank=True, verbose_name='note to those asked')),
                        ('opened_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='opened')),
                        ('all_answered_at', models.DateTimeField(blank=True, null=True, verbose_name='all had answered')),
                        ('chosen', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dialogues.candidateslot', verbose_name='chosen')),
                        ('opened_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='opened by')),
                        ('session', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='polls', to='dialogues.session', verbose_name='session')),
                    ],
                    options={
                        'verbose_name': 'slot poll',
                        'verbose_name_plural': 'slot polls',
                        'ordering': ['-opened_at', '-pk'],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('status', 'open')), fields=('session',), name='poll_one_open'), models.CheckConstraint(condition=models.Q(models.Q(('chosen__isnull', False), ('status', 'chosen')), models.Q(models.Q(('status', 'chosen'), _negated=True), ('chosen', None)), _connector='OR'), name='poll_chosen_slot')],
                    },
                ),
                migrations.CreateModel(
                    name='SavedText',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('language', models.CharField(choices=[('en', 'English'), ('zh-hant', '繁體中文'), ('es', 'Español'), ('fr', 'Français')], max_length=7, verbose_name='language')),
                        ('revision', models.PositiveIntegerField(verbose_name='number')),
                        ('text', models.TextField(blank=True, verbose_name='text')),
                        ('saved_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='saved')),
                        ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='saved by')),
                        ('minutes', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='saves', to='dialogues.minutes', verbose_name='minutes')),
                        ('section', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='saves', to='dialogues.minutessection', verbose_name='section')),
                    ],
                    options={
                        'verbose_name': 'saved text of minutes',
                        'verbose_name_plural': 'saved texts of minutes',
                        'ordering': ['-revision'],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('section__isnull', False)), fields=('section', 'language', 'revision'), name='saved_section_once'), models.UniqueConstraint(condition=models.Q(('section', None)), fields=('minutes', 'language', 'revision'), name='saved_text_once')],
                    },
                ),
                migrations.CreateModel(
                    name='CalendarEntry',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('language', models.CharField(max_length=10)),
                        ('mark', models.CharField(max_length=300)),
                        ('text', models.TextField()),
                        ('session', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='calendar_entries', to='dialogues.session')),
                    ],
                    options={
                        'verbose_name': 'calendar entry',
                        'verbose_name_plural': 'calendar entries',
                        'constraints': [models.UniqueConstraint(fields=('session', 'language'), name='dialogues_one_entry_a_language')],
                    },
                ),
            ],
        ),
        migrations.RunSQL(MINUTES, MINUTES_BEFORE),
        migrations.RunSQL(SECTIONS, SECTIONS_BEFORE),
        migrations.RunPython(add_index, migrations.RunPython.noop),
    ]
