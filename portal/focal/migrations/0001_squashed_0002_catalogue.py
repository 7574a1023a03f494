"""The two migrations that made these tables before the portal was first released, as one.

An installation that has all of ``replaces`` has this one too, and nothing is run. One that has only some of them must
first be brought to the last version that has them as files (docs/decisions/0022-one-migration-per-app.md).
"""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import portal.migrating
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('focal', '0001_focal_points'),
        ('focal', '0002_catalogue'),
    ]

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('reference', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        portal.migrating.CreateModels(
            operations=[
                migrations.CreateModel(
                    name='FocalPoint',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('office', models.CharField(max_length=200, verbose_name='office')),
                        ('office_en', models.CharField(max_length=200, null=True, verbose_name='office')),
                        ('office_zh_hant', models.CharField(max_length=200, null=True, verbose_name='office')),
                        ('office_es', models.CharField(max_length=200, null=True, verbose_name='office')),
                        ('office_fr', models.CharField(max_length=200, null=True, verbose_name='office')),
                        ('hours', models.CharField(blank=True, max_length=200, verbose_name='hours')),
                        ('hours_en', models.CharField(blank=True, max_length=200, null=True, verbose_name='hours')),
                        ('hours_zh_hant', models.CharField(blank=True, max_length=200, null=True, verbose_name='hours')),
                        ('hours_es', models.CharField(blank=True, max_length=200, null=True, verbose_name='hours')),
                        ('hours_fr', models.CharField(blank=True, max_length=200, null=True, verbose_name='hours')),
                        ('languages', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=8), blank=True, default=list, size=None, verbose_name='languages')),
                        ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail address of the office')),
                        ('phone', models.CharField(blank=True, max_length=40, verbose_name='telephone')),
                        ('url', models.URLField(blank=True, max_length=500, verbose_name='page')),
                        ('is_active', models.BooleanField(default=True, verbose_name='in use')),
                        ('confirmed_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='last confirmed')),
                        ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='changed')),
                        ('confirmed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='confirmed by')),
                        ('economy', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='focal_points', to='reference.economy', verbose_name='economy')),
                        ('organization', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='focal_points', to='accounts.organization', verbose_name='organization')),
                        ('topics', models.ManyToManyField(blank=True, related_name='focal_points', to='reference.topic', verbose_name='topics')),
                        ('catalogue_key', models.SlugField(blank=True, editable=False, max_length=80, null=True, unique=True, verbose_name='name in the catalogue')),
                        ('is_confirmed', models.BooleanField(default=True, verbose_name='confirmed by its people')),
                    ],
                    options={
                        'verbose_name': 'focal point',
                        'verbose_name_plural': 'focal points',
                        'ordering': ['economy', 'pk'],
                        'indexes': [models.Index(fields=['economy', '-confirmed_at'], name='focal_point_of_economy')],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('email', ''), _negated=True), models.Q(('phone', ''), _negated=True), models.Q(('url', ''), _negated=True), _connector='OR'), name='focal_point_can_be_reached')],
                    },
                ),
            ],
        ),
    ]
