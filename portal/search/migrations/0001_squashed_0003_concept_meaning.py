"""The three migrations that made these tables before the portal was first released, as one.

An installation that has all of ``replaces`` has this one too, and nothing is run. One that has only some of them must
first be brought to the last version that has them as files (docs/decisions/0022-one-migration-per-app.md).
"""

import django.contrib.postgres.indexes
import django.db.models.deletion
import portal.migrating
import portal.search.meaning
import uuid
from django.db import migrations, models


def add_index(apps, schema_editor):
    """Not among the models' indexes: it is there only where pgvector is."""
    portal.search.meaning.provide(apps.get_model("search", "ConceptMeaning"))


class Migration(migrations.Migration):

    replaces = [
        ('search', '0001_initial'),
        ('search', '0002_word'),
        ('search', '0003_concept_meaning'),
    ]

    initial = True

    dependencies = [
        ('portal', '0001_extensions'),
        ('reference', '0001_initial'),
    ]

    operations = [
        portal.migrating.CreateModels(
            operations=[
                migrations.CreateModel(
                    name='Concept',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('slug', models.SlugField(max_length=80, unique=True, verbose_name='short name')),
                        ('broader', models.ManyToManyField(blank=True, related_name='narrower', to='search.concept', verbose_name='wider concepts')),
                        ('economies', models.ManyToManyField(blank=True, help_text='Only where the concept belongs to these economies alone.', related_name='concepts', to='reference.economy', verbose_name='economies')),
                        ('related', models.ManyToManyField(blank=True, to='search.concept', verbose_name='related concepts')),
                        ('sectors', models.ManyToManyField(blank=True, related_name='concepts', to='reference.sector', verbose_name='sectors')),
                        ('topics', models.ManyToManyField(blank=True, related_name='concepts', to='reference.topic', verbose_name='topics')),
                    ],
                    options={
                        'verbose_name': 'search concept',
                        'verbose_name_plural': 'search concepts',
                        'ordering': ['slug'],
                    },
                ),
                migrations.CreateModel(
                    name='Edition',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('token', models.UUIDField(default=uuid.uuid4, editable=False)),
                    ],
                    options={
                        'verbose_name': 'edition of the thesaurus',
                        'verbose_name_plural': 'editions of the thesaurus',
                        'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='edition_is_one')],
                    },
                ),
                migrations.CreateModel(
                    name='Term',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('language', models.CharField(choices=[('en', 'English'), ('zh-hant', '繁體中文'), ('es', 'Español'), ('fr', 'Français')], max_length=7, verbose_name='language')),
                        ('text', models.CharField(max_length=120, verbose_name='text')),
                        ('folded', models.CharField(editable=False, max_length=240)),
                        ('is_preferred', models.BooleanField(default=False, editable=False, verbose_name='preferred')),
                        ('is_acronym', models.BooleanField(default=False, help_text='Two or three capitals are then found only as a whole word, and as a rule only in capitals.', verbose_name='acronym')),
                        ('order', models.PositiveSmallIntegerField(default=0, help_text='The first term of a language is the preferred one.', verbose_name='order')),
                        ('concept', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='terms', to='search.concept', verbose_name='concept')),
                    ],
                    options={
                        'verbose_name': 'search term',
                        'verbose_name_plural': 'search terms',
                        'ordering': ['language', 'order', 'pk'],
                        'indexes': [models.Index(fields=['folded'], name='term_folded'), django.contrib.postgres.indexes.GinIndex(fields=['folded'], name='term_folded_trigrams', opclasses=['gin_trgm_ops'])],
                        'constraints': [models.UniqueConstraint(fields=('concept', 'language', 'text'), name='term_is_unique_in_concept'), models.UniqueConstraint(condition=models.Q(('is_preferred', True)), fields=('concept', 'language'), name='term_one_preferred'), models.CheckConstraint(condition=models.Q(('language__in', ['en', 'zh-hant', 'es', 'fr'])), name='term_language'), models.CheckConstraint(condition=models.Q(('folded', ''), _negated=True), name='term_has_characters')],
                    },
                ),
                migrations.CreateModel(
                    name='Word',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('language', models.CharField(choices=[('en', 'English'), ('zh-hant', '繁體中文'), ('es', 'Español'), ('fr', 'Français')], editable=False, max_length=7, verbose_name='language')),
                        ('text', models.CharField(editable=False, max_length=24)),
                        ('written', models.CharField(editable=False, max_length=24)),
                        ('count', models.PositiveIntegerField(editable=False)),
                    ],
                    options={
                        'verbose_name': 'word of the texts',
                        'verbose_name_plural': 'words of the texts',
                        'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['text'], name='word_trigrams', opclasses=['gin_trgm_ops'])],
                        'constraints': [models.UniqueConstraint(fields=('text', 'language'), name='word_once')],
                    },
                ),
                migrations.CreateModel(
                    name='ConceptMeaning',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('language', models.CharField(choices=[('en', 'English'), ('zh-hant', '繁體中文'), ('es', 'Español'), ('fr', 'Français')], editable=False, max_length=7, verbose_name='language')),
                        ('part', models.PositiveSmallIntegerField(default=0, editable=False)),
                        ('vector', portal.search.meaning.MeaningField(dimensions=512, editable=False, null=True)),
                        ('digest', models.CharField(editable=False, max_length=64)),
                        ('indexed', models.CharField(editable=False, max_length=80)),
                        ('concept', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='meanings', to='search.concept', verbose_name='concept')),
                    ],
                    options={
                        'verbose_name': 'meaning of a concept',
                        'verbose_name_plural': 'meanings of concepts',
                        'constraints': [models.UniqueConstraint(fields=('concept', 'language', 'part'), name='concept_meaning_once')],
                    },
                ),
            ],
        ),
        migrations.RunPython(add_index, migrations.RunPython.noop),
    ]
