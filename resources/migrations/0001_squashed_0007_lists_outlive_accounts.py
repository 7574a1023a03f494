"""The seven migrations that made these tables before the portal was first released, as one.

An installation that has all of ``replaces`` has this one too, and nothing is run. One that has only some of them must
first be brought to the last version that has them as files (docs/decisions/0022-one-migration-per-app.md).
"""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import portal.accounts.zones
import portal.migrating
import portal.search.meaning
import resources.models.collections
import uuid
from django.conf import settings
from django.db import migrations, models


def add_index(apps, schema_editor):
    """Not among the models' indexes: it is there only where pgvector is."""
    portal.search.meaning.provide(apps.get_model("resources", "ResourceMeaning"))


class Migration(migrations.Migration):

    replaces = [
        ('resources', '0001_initial'),
        ('resources', '0002_finding_and_trust'),
        ('resources', '0003_link_looks'),
        ('resources', '0004_resource_meaning'),
        ('resources', '0005_import_work'),
        ('resources', '0006_second_look'),
        ('resources', '0007_lists_outlive_accounts'),
    ]

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('portal', '0001_extensions'),
        ('reference', '0002_code_changes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        portal.migrating.CreateModels(
            operations=[
                migrations.CreateModel(
                    name='Resource',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('search_en', django.contrib.postgres.search.SearchVectorField(editable=False, null=True)),
                        ('search_es', django.contrib.postgres.search.SearchVectorField(editable=False, null=True)),
                        ('search_fr', django.contrib.postgres.search.SearchVectorField(editable=False, null=True)),
                        ('search_zh_hant', django.contrib.postgres.search.SearchVectorField(editable=False, null=True)),
                        ('slug', models.SlugField(max_length=100, unique=True, verbose_name='short name in addresses')),
                        ('kind', models.CharField(choices=[('guide', 'Guide'), ('programme', 'Programme'), ('tool', 'Tool'), ('training', 'Training'), ('dataset', 'Dataset'), ('success_case', 'Success case'), ('legal_text', 'Legal text')], max_length=12, verbose_name='kind')),
                        ('scope', models.CharField(choices=[('economy', 'The listed economies'), ('apec', 'Every APEC economy'), ('global', 'Every economy')], default='economy', max_length=7, verbose_name='holds for')),
                        ('audiences', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('exporter', 'Exporters'), ('importer', 'Importers'), ('startup', 'Start-ups'), ('investor', 'Investors'), ('women_owned', 'Women-owned firms'), ('rural', 'Rural firms'), ('youth', 'Young entrepreneurs'), ('minority_owned', 'Minority-owned firms'), ('indigenous', 'Indigenous-owned firms')], max_length=14), blank=True, default=list, size=None, verbose_name='for whom')),
                        ('url', models.URLField(max_length=500, validators=[django.core.validators.URLValidator(schemes=['http', 'https'])], verbose_name='address of the source')),
                        ('url_evidence', models.CharField(choices=[('page', 'The page itself was seen'), ('cited', 'The address was seen in another text'), ('partial', 'Only a part of the address was seen'), ('recalled', 'The address was recalled, not seen'), ('official', 'Given by an official')], default='official', max_length=8, verbose_name='how the address is known')),
                        ('page_languages', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('en', 'en'), ('zh-hant', 'zh-hant'), ('es', 'es'), ('fr', 'fr'), ('zh-hans', 'zh-hans'), ('id', 'id'), ('ja', 'ja'), ('ko', 'ko'), ('ms', 'ms'), ('pt', 'pt'), ('ru', 'ru'), ('th', 'th'), ('tl', 'tl'), ('vi', 'vi')], max_length=7), blank=True, default=list, size=None, verbose_name='languages of the source')),
                        ('link_status', models.CharField(choices=[('unchecked', 'Not checked yet'), ('ok', 'Works'), ('moved', 'Moved'), ('broken', 'Broken'), ('unclear', 'Not certain')], default='unchecked', max_length=9, verbose_name='link')),
                        ('link_checked_at', models.DateTimeField(blank=True, null=True, verbose_name='link checked')),
                        ('title', models.CharField(max_length=200, verbose_name='title')),
                        ('title_en', models.CharField(max_length=200, null=True, verbose_name='title')),
                        ('title_zh_hant', models.CharField(max_length=200, null=True, verbose_name='title')),
                        ('title_es', models.CharField(max_length=200, null=True, verbose_name='title')),
                        ('title_fr', models.CharField(max_length=200, null=True, verbose_name='title')),
                        ('summary', models.TextField(max_length=600, verbose_name='summary')),
                        ('summary_en', models.TextField(max_length=600, null=True, verbose_name='summary')),
                        ('summary_zh_hant', models.TextField(max_length=600, null=True, verbose_name='summary')),
                        ('summary_es', models.TextField(max_length=600, null=True, verbose_name='summary')),
                        ('summary_fr', models.TextField(max_length=600, null=True, verbose_name='summary')),
                        ('body', models.TextField(blank=True, max_length=20000, verbose_name='text')),
                        ('body_en', models.TextField(blank=True, max_length=20000, null=True, verbose_name='text')),
                        ('body_zh_hant', models.TextField(blank=True, max_length=20000, null=True, verbose_name='text')),
                        ('body_es', models.TextField(blank=True, max_length=20000, null=True, verbose_name='text')),
                        ('body_fr', models.TextField(blank=True, max_length=20000, null=True, verbose_name='text')),
                        ('source_language', models.CharField(choices=[('en', 'English'), ('zh-hant', '繁體中文'), ('es', 'Español'), ('fr', 'Français')], default='en', max_length=7, verbose_name='language of the original text')),
                        ('source_version', models.PositiveIntegerField(default=1, editable=False)),
                        ('status', models.CharField(choices=[('draft', 'Draft'), ('in_review', 'In review'), ('published', 'Published'), ('archived', 'Withdrawn')], default='draft', max_length=9, verbose_name='state')),
                        ('submitted_at', models.DateTimeField(blank=True, null=True, verbose_name='submitted')),
                        ('published_at', models.DateTimeField(blank=True, null=True, verbose_name='published')),
                        ('reviewed_on', models.DateField(blank=True, null=True, verbose_name='last reviewed')),
                        ('review_due_on', models.DateField(blank=True, null=True, verbose_name='review due')),
                        ('note', models.TextField(blank=True, max_length=2000, verbose_name='why it was sent back or withdrawn')),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                        ('changed_at', models.DateTimeField(blank=True, null=True, verbose_name='edited')),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('order_en', models.CharField(db_collation='C', default='', editable=False, max_length=200)),
                        ('order_zh_hant', models.CharField(db_collation='C', default='', editable=False, max_length=200)),
                        ('order_es', models.CharField(db_collation='C', default='', editable=False, max_length=200)),
                        ('order_fr', models.CharField(db_collation='C', default='', editable=False, max_length=200)),
                        ('search_digest', models.CharField(default='', editable=False, max_length=64)),
                        ('agreements', models.ManyToManyField(blank=True, related_name='resources', to='reference.agreement', verbose_name='agreements')),
                        ('author', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author')),
                        ('changed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='edited by')),
                        ('economies', models.ManyToManyField(blank=True, related_name='resources', to='reference.economy', verbose_name='economies')),
                        ('publisher', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='resources', to='accounts.organization', verbose_name='publisher')),
                        ('sectors', models.ManyToManyField(blank=True, related_name='resources', to='reference.sector', verbose_name='sectors')),
                        ('topics', models.ManyToManyField(related_name='resources', to='reference.topic', verbose_name='topics')),
                        ('approved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='approved by')),
                        ('expires_on', models.DateField(blank=True, help_text='After this day it is withdrawn by itself.', null=True, verbose_name='valid until')),
                        ('facets', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=80), default=list, editable=False, size=None)),
                        ('programme', models.ForeignKey(blank=True, limit_choices_to={'kind': 'programme'}, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='success_cases', to='resources.resource', verbose_name='programme used')),
                        ('publish_at', models.DateTimeField(blank=True, null=True, verbose_name='to be published')),
                        ('submitted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='submitted by')),
                        ('seen_version', models.PositiveIntegerField(default=1, editable=False)),
                        ('unseen_by', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), blank=True, default=list, editable=False, size=None)),
                        ('unseen_since', models.DateTimeField(blank=True, editable=False, null=True)),
                    ],
                    options={
                        'verbose_name': 'resource',
                        'verbose_name_plural': 'resources',
                        'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['search_en'], name='resource_search_en'), django.contrib.postgres.indexes.GinIndex(fields=['search_es'], name='resource_search_es'), django.contrib.postgres.indexes.GinIndex(fields=['search_fr'], name='resource_search_fr'), django.contrib.postgres.indexes.GinIndex(fields=['search_zh_hant'], name='resource_search_zh_hant'), models.Index(fields=['status', '-published_at', 'id'], name='resource_newest'), models.Index(condition=models.Q(('status', 'published')), fields=['review_due_on'], name='resource_review_due'), django.contrib.postgres.indexes.GinIndex(condition=models.Q(('status', 'published')), fields=['facets'], name='resource_facets'), models.Index(condition=models.Q(('publish_at__isnull', False)), fields=['publish_at'], name='resource_to_publish'), models.Index(condition=models.Q(('status', 'published')), fields=['expires_on'], name='resource_expires'), models.Index(condition=models.Q(('status', 'published')), fields=['order_en', 'id'], name='resource_order_en'), models.Index(condition=models.Q(('status', 'published')), fields=['order_zh_hant', 'id'], name='resource_order_zh_hant'), models.Index(condition=models.Q(('status', 'published')), fields=['order_es', 'id'], name='resource_order_es'), models.Index(condition=models.Q(('status', 'published')), fields=['order_fr', 'id'], name='resource_order_fr'), models.Index(condition=models.Q(('changed_at__isnull', False), ('status', 'published')), fields=['-changed_at', 'id'], name='resource_changed'), models.Index(condition=models.Q(('unseen_since__isnull', False)), fields=['unseen_since'], name='resource_unseen')],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('status', 'published'), _negated=True), models.Q(('published_at__isnull', False), ('review_due_on__isnull', False)), _connector='OR'), name='resource_published_when'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'in_review'), _negated=True), ('submitted_at__isnull', False), _connector='OR'), name='resource_submitted_when'), models.CheckConstraint(condition=models.Q(('status__in', ['draft', 'in_review', 'published', 'archived'])), name='resource_status_known'), models.CheckConstraint(condition=models.Q(('source_language__in', ['en', 'zh-hant', 'es', 'fr'])), name='resource_source_language_known'), models.CheckConstraint(condition=models.Q(('seen_version__lte', models.F('version'))), name='resource_seen_before_now'), models.CheckConstraint(condition=models.Q(models.Q(('unseen_by', []), ('unseen_since__isnull', True)), models.Q(('unseen_by__len__gt', 0), ('unseen_since__isnull', False)), _connector='OR'), name='resource_unseen_by_somebody')],
                    },
                ),
                migrations.CreateModel(
                    name='Translation',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('language', models.CharField(choices=[('en', 'English'), ('zh-hant', '繁體中文'), ('es', 'Español'), ('fr', 'Français')], max_length=7, verbose_name='language')),
                        ('origin', models.CharField(choices=[('portal', "The portal's translation"), ('publisher', "The publisher's own text")], max_length=9, verbose_name='whose text')),
                        ('source_version', models.PositiveIntegerField(default=1, verbose_name='made from version')),
                        ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='changed')),
                        ('resource', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='translations', to='resources.resource', verbose_name='resource')),
                    ],
                    options={
                        'verbose_name': 'translation',
                        'verbose_name_plural': 'translations',
                        'constraints': [models.UniqueConstraint(fields=('resource', 'language'), name='translation_once'), models.CheckConstraint(condition=models.Q(('language__in', ['en', 'zh-hant', 'es', 'fr'])), name='translation_language_known')],
                    },
                ),
                migrations.CreateModel(
                    name='Collection',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('title', models.CharField(max_length=150, verbose_name='title')),
                        ('note', models.TextField(blank=True, max_length=1000, verbose_name='what it is for')),
                        ('token', models.CharField(default=resources.models.collections.new_token, editable=False, max_length=40, unique=True)),
                        ('is_shared', models.BooleanField(default=False, verbose_name='shared by link')),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                        ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='changed')),
                        ('organization', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='collections', to='accounts.organization', verbose_name='organization')),
                        ('owner', models.ForeignKey(blank=True, null=True, on_delete=resources.models.collections.go_along, related_name='collections', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                        ('resources', models.ManyToManyField(related_name='collections', through='resources.CollectionItem', to='resources.resource')),
                    ],
                    options={
                        'verbose_name': 'collection',
                        'verbose_name_plural': 'collections',
                        'constraints': [models.CheckConstraint(condition=models.Q(('owner__isnull', False), ('organization__isnull', False), _connector='OR'), name='collection_of_somebody')],
                    },
                ),
                migrations.CreateModel(
                    name='CollectionItem',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                        ('note', models.CharField(blank=True, max_length=300, verbose_name='note')),
                        ('collection', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='resources.collection')),
                        ('resource', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='resources.resource')),
                    ],
                    options={
                        'ordering': ['position', 'pk'],
                        'constraints': [models.UniqueConstraint(fields=('collection', 'resource'), name='collection_item_once')],
                    },
                ),
                migrations.CreateModel(
                    name='CoverageTotal',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('day', models.DateField(verbose_name='day')),
                        ('present', models.PositiveIntegerField(verbose_name='present')),
                        ('stale', models.PositiveIntegerField(verbose_name='stale')),
                        ('broken', models.PositiveIntegerField(verbose_name='broken')),
                        ('missing', models.PositiveIntegerField(verbose_name='missing')),
                        ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='coverage_totals', to='reference.agreement', verbose_name='agreement')),
                    ],
                    options={
                        'verbose_name': 'total of coverage',
                        'verbose_name_plural': 'totals of coverage',
                        'constraints': [models.UniqueConstraint(fields=('agreement', 'day'), name='coverage_total_once_a_day')],
                    },
                ),
                migrations.CreateModel(
                    name='FirmNeeds',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('words', models.CharField(blank=True, max_length=200, verbose_name='what you sell, in your words')),
                        ('stage', models.CharField(choices=[('exploring', 'We are only looking'), ('preparing', 'We prepare our first sale or purchase abroad'), ('trading', 'We trade across borders already'), ('establishing', 'We set up or invest in the market')], max_length=12, verbose_name='stage')),
                        ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='changed')),
                        ('changed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('home', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reference.economy', verbose_name='where you are')),
                        ('market', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reference.economy', verbose_name='which market')),
                        ('organization', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='needs', to='accounts.organization', verbose_name='organization')),
                        ('sectors', models.ManyToManyField(blank=True, related_name='+', to='reference.sector', verbose_name='what you sell')),
                        ('topics', models.ManyToManyField(blank=True, related_name='+', to='reference.topic', verbose_name='what you need')),
                    ],
                    options={
                        'verbose_name': 'needs of a firm',
                        'verbose_name_plural': 'needs of firms',
                        'constraints': [models.CheckConstraint(condition=models.Q(('stage__in', ['exploring', 'preparing', 'trading', 'establishing'])), name='needs_stage_known')],
                    },
                ),
                migrations.CreateModel(
                    name='ImportRun',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('name', models.CharField(max_length=200, verbose_name='file')),
                        ('format', models.CharField(choices=[('csv', 'CSV'), ('jsonl', 'JSON Lines')], max_length=5, verbose_name='format')),
                        ('content', models.BinaryField()),
                        ('status', models.CharField(choices=[('checking', 'Being looked through'), ('checked', 'Ready to load'), ('refused', 'Has errors'), ('loading', 'Being loaded'), ('loaded', 'Loaded'), ('abandoned', 'Given up')], default='checking', max_length=9, verbose_name='state')),
                        ('rows', models.PositiveIntegerField(default=0, verbose_name='rows')),
                        ('done', models.PositiveIntegerField(default=0, verbose_name='rows done')),
                        ('errors', models.JSONField(default=list, editable=False)),
                        ('counts', models.JSONField(default=dict, editable=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='uploaded')),
                        ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='finished')),
                        ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='uploaded by')),
                        ('language', models.CharField(choices=[('en', 'English'), ('zh-hant', '繁體中文'), ('es', 'Español'), ('fr', 'Français')], default='en', max_length=7, verbose_name='language')),
                        ('submits', models.BooleanField(default=False, verbose_name='new resources are submitted for review')),
                        ('attempts', models.PositiveSmallIntegerField(default=0, editable=False)),
                        ('versions', models.JSONField(default=dict, editable=False)),
                    ],
                    options={
                        'verbose_name': 'import',
                        'verbose_name_plural': 'imports',
                        'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['checking', 'checked', 'refused', 'loading', 'loaded', 'abandoned'])), name='import_status_known')],
                    },
                ),
                migrations.CreateModel(
                    name='LinkCheck',
                    fields=[
                        ('resource', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='link_check', serialize=False, to='resources.resource')),
                        ('url', models.URLField(max_length=500, verbose_name='address looked at')),
                        ('problem', models.CharField(blank=True, choices=[('', 'No problem'), ('not_found', 'The page is gone'), ('refused', 'The site refuses programs, so open it yourself to see'), ('server', 'The site answers with an error'), ('timeout', 'The site did not answer in time'), ('unreachable', 'The site cannot be reached'), ('certificate', "The site's certificate is not valid"), ('redirects', 'The address leads round in circles'), ('forbidden', 'The address leads into a private network'), ('soft_404', 'The page looks like an error page'), ('unsupported', 'The portal cannot look at such an address by itself')], default='', max_length=12, verbose_name='problem')),
                        ('http_status', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='answer of the site')),
                        ('moved_to', models.URLField(blank=True, max_length=2000, verbose_name='moved to')),
                        ('etag', models.CharField(blank=True, editable=False, max_length=300)),
                        ('last_modified', models.CharField(blank=True, editable=False, max_length=100)),
                        ('failures', models.PositiveSmallIntegerField(default=0, verbose_name='failures in a row')),
                        ('checked_at', models.DateTimeField(blank=True, null=True, verbose_name='looked at')),
                        ('due_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, verbose_name='next look')),
                        ('failing_since', models.DateTimeField(blank=True, null=True, verbose_name='failing since')),
                        ('claimed_until', models.DateTimeField(blank=True, editable=False, null=True)),
                        ('told_at', models.DateTimeField(blank=True, null=True, verbose_name='keepers told')),
                    ],
                    options={
                        'verbose_name': 'link check',
                        'verbose_name_plural': 'link checks',
                        'constraints': [models.CheckConstraint(condition=models.Q(('checked_at__isnull', True), models.Q(('url', ''), _negated=True), _connector='OR'), name='link_check_of_an_address')],
                    },
                ),
                migrations.CreateModel(
                    name='Report',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('verdict', models.CharField(choices=[('useful', 'Useful'), ('not_useful', 'Not useful'), ('out_of_date', 'Out of date')], max_length=11, verbose_name='verdict')),
                        ('text', models.TextField(blank=True, max_length=1000, verbose_name='what is wrong or missing')),
                        ('language', models.CharField(choices=[('en', 'English'), ('zh-hant', '繁體中文'), ('es', 'Español'), ('fr', 'Français')], max_length=7, verbose_name='language')),
                        ('visitor', models.CharField(blank=True, editable=False, max_length=64)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='said')),
                        ('handled_at', models.DateTimeField(blank=True, null=True, verbose_name='dealt with')),
                        ('handled_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                        ('reporter', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='reader')),
                        ('resource', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reports', to='resources.resource', verbose_name='resource')),
                    ],
                    options={
                        'verbose_name': "reader's report",
                        'verbose_name_plural': "readers' reports",
                        'indexes': [models.Index(condition=models.Q(('handled_at', None), models.Q(('verdict', 'useful'), _negated=True)), fields=['resource', 'created_at'], name='report_open')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('verdict__in', ['useful', 'not_useful', 'out_of_date'])), name='report_verdict_known'), models.UniqueConstraint(condition=models.Q(('handled_at', None)), fields=('resource', 'reporter'), name='report_once_per_reader'), models.UniqueConstraint(condition=models.Q(('handled_at', None), models.Q(('visitor', ''), _negated=True)), fields=('resource', 'visitor'), name='report_once_per_visitor')],
                    },
                ),
                migrations.CreateModel(
                    name='TrainingDate',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('starts_at', models.DateTimeField(verbose_name='begins')),
                        ('ends_at', models.DateTimeField(verbose_name='ends')),
                        ('time_zone', models.CharField(max_length=64, validators=[portal.accounts.zones.validate_time_zone], verbose_name='time zone')),
                        ('place', models.CharField(blank=True, help_text='Leave empty when it is online.', max_length=200, verbose_name='place')),
                        ('language', models.CharField(blank=True, choices=[('en', 'en'), ('zh-hant', 'zh-hant'), ('es', 'es'), ('fr', 'fr'), ('zh-hans', 'zh-hans'), ('id', 'id'), ('ja', 'ja'), ('ko', 'ko'), ('ms', 'ms'), ('pt', 'pt'), ('ru', 'ru'), ('th', 'th'), ('tl', 'tl'), ('vi', 'vi')], max_length=7, verbose_name='language')),
                        ('registration_url', models.URLField(blank=True, max_length=500, verbose_name='registration')),
                        ('sequence', models.PositiveIntegerField(default=0, editable=False)),
                        ('is_cancelled', models.BooleanField(default=False, verbose_name='cancelled')),
                        ('changed_at', models.DateTimeField(auto_now=True)),
                        ('resource', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='dates', to='resources.resource', verbose_name='training')),
                    ],
                    options={
                        'verbose_name': 'training date',
                        'verbose_name_plural': 'training dates',
                        'ordering': ['starts_at', 'pk'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='training_ends_after_it_begins')],
                    },
                ),
                migrations.CreateModel(
                    name='ResourceMeaning',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('language', models.CharField(choices=[('en', 'English'), ('zh-hant', '繁體中文'), ('es', 'Español'), ('fr', 'Français')], editable=False, max_length=7, verbose_name='language')),
                        ('part', models.PositiveSmallIntegerField(default=0, editable=False)),
                        ('vector', portal.search.meaning.MeaningField(dimensions=512, editable=False, null=True)),
                        ('digest', models.CharField(editable=False, max_length=64)),
                        ('indexed', models.CharField(editable=False, max_length=80)),
                        ('resource', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='meanings', to='resources.resource', verbose_name='resource')),
                    ],
                    options={
                        'verbose_name': 'meaning of a resource',
                        'verbose_name_plural': 'meanings of resources',
                        'constraints': [models.UniqueConstraint(fields=('resource', 'language', 'part'), include=('indexed',), name='resource_meaning_once')],
                    },
                ),
            ],
        ),
        migrations.RunPython(add_index, migrations.RunPython.noop),
    ]
