"""The nine migrations that made these tables before the portal was first released, as one.

An installation that has all of ``replaces`` has this one too, and nothing is run. One that has only some of them must
first be brought to the last version that has them as files (docs/decisions/0022-one-migration-per-app.md).
"""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import portal.migrating
import portal.sealed
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('notifications', '0001_initial'),
        ('notifications', '0002_subscriptions'),
        ('notifications', '0003_every_channel'),
        ('notifications', '0004_mailing_texts'),
        ('notifications', '0005_names_at_the_provider'),
        ('notifications', '0006_goes_on_as'),
        ('notifications', '0007_fewer_indexes'),
        ('notifications', '0008_became'),
        ('notifications', '0009_sealed_secrets'),
    ]

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('contenttypes', '0002_remove_content_type_name'),
        ('portal', '0001_extensions'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        portal.migrating.CreateModels(
            operations=[
                migrations.CreateModel(
                    name='Notification',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('address', models.EmailField(blank=True, max_length=254, verbose_name='e-mail address')),
                        ('address_name', models.CharField(blank=True, max_length=150, verbose_name='name')),
                        ('address_language', models.CharField(blank=True, choices=[('en', 'English'), ('zh-hant', '繁體中文'), ('es', 'Español'), ('fr', 'Français')], max_length=7, verbose_name='language')),
                        ('address_time_zone', models.CharField(blank=True, max_length=64, verbose_name='time zone')),
                        ('kind', models.CharField(max_length=80, verbose_name='kind')),
                        ('about_id', models.BigIntegerField()),
                        ('key', models.CharField(max_length=200)),
                        ('context', models.JSONField(blank=True, default=dict)),
                        ('calendar_method', models.CharField(blank=True, max_length=10)),
                        ('calendar_body', models.TextField(blank=True)),
                        ('status', models.CharField(choices=[('pending', 'Pending'), ('waiting', 'For the next digest'), ('sent', 'Sent'), ('muted', 'Inbox only'), ('failed', 'Failed'), ('bounced', 'Bounced'), ('replaced', 'Taken over by a later message'), ('held', 'Held back')], default='pending', max_length=8, verbose_name='delivery')),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                        ('due_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='due')),
                        ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                        ('last_error', models.TextField(blank=True, verbose_name='last error')),
                        ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='sent')),
                        ('subject', models.CharField(blank=True, max_length=250, verbose_name='subject')),
                        ('url', models.CharField(blank=True, max_length=500, verbose_name='address')),
                        ('read_at', models.DateTimeField(blank=True, null=True, verbose_name='read')),
                        ('about_type', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='contenttypes.contenttype')),
                        ('recipient', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='notifications', to=settings.AUTH_USER_MODEL, verbose_name='recipient')),
                        ('queue', models.PositiveSmallIntegerField(choices=[(1, 'Urgent'), (2, 'Ordinary'), (3, 'To many')], default=2, verbose_name='urgency')),
                        ('rhythm', models.CharField(choices=[('immediately', 'Immediately'), ('daily', 'Once a day'), ('weekly', 'Once a week')], default='immediately', max_length=12, verbose_name='how often')),
                        ('digest', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='items', to='notifications.digest', verbose_name='digest')),
                        ('mailing', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='rows', to='notifications.mailing', verbose_name='mailing')),
                        ('provider_id', models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name="the provider's name of it")),
                    ],
                    options={
                        'verbose_name': 'notification',
                        'verbose_name_plural': 'notifications',
                        'indexes': [models.Index(fields=['recipient', '-created_at'], name='notification_inbox'), models.Index(condition=models.Q(('read_at', None), models.Q(('subject', ''), _negated=True)), fields=['recipient'], name='notification_unread'), models.Index(condition=models.Q(('status', 'pending')), fields=['queue', 'due_at', 'id'], name='notification_due_first'), models.Index(condition=models.Q(('status', 'waiting')), fields=['recipient', 'rhythm'], name='notification_waiting'), models.Index(django.db.models.functions.text.Lower('address'), condition=models.Q(('status', 'waiting'), models.Q(('address', ''), _negated=True)), name='notification_waiting_bare'), models.Index(condition=models.Q(('status__in', ['failed', 'bounced'])), fields=['about_type', 'about_id'], name='notification_undelivered'), models.Index(condition=models.Q(('provider_id', ''), _negated=True), fields=['provider_id'], name='notification_at_provider'), models.Index(fields=['about_type', 'about_id'], name='notification_about'), models.Index(condition=models.Q(('digest__isnull', False)), fields=['digest'], name='notification_in_digest'), models.Index(condition=models.Q(('mailing__isnull', False)), fields=['mailing'], name='notification_in_mailing')],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('recipient__isnull', False), ('address', '')), models.Q(models.Q(('recipient__isnull', False), _negated=True), models.Q(('address', ''), _negated=True)), _connector='OR'), name='notification_to_one_person'), models.UniqueConstraint(fields=('recipient', 'kind', 'key'), name='notification_promised_once'), models.UniqueConstraint(django.db.models.functions.text.Lower('address'), models.F('kind'), models.F('key'), condition=models.Q(('address', ''), _negated=True), name='notification_promised_address_once'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'sent'), _negated=True), ('sent_at__isnull', False), _connector='OR'), name='notification_sent_when')],
                    },
                ),
                migrations.CreateModel(
                    name='Preference',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('address', models.EmailField(blank=True, max_length=254, verbose_name='e-mail address')),
                        ('category', models.CharField(choices=[('dialogues', 'Meetings and dialogues'), ('partners', 'Partner opportunities and introductions'), ('resources', 'Guides and resources'), ('accounts', 'Your account and organizations')], max_length=12, verbose_name='category')),
                        ('by_mail', models.BooleanField(default=True, verbose_name='send me mail')),
                        ('changed_at', models.DateTimeField(auto_now=True)),
                        ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='notification_preferences', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                        ('rhythm', models.CharField(choices=[('immediately', 'Immediately'), ('daily', 'Once a day'), ('weekly', 'Once a week')], default='immediately', max_length=12, verbose_name='how often')),
                    ],
                    options={
                        'verbose_name': 'notification preference',
                        'verbose_name_plural': 'notification preferences',
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('user__isnull', False), ('address', '')), models.Q(models.Q(('user__isnull', False), _negated=True), models.Q(('address', ''), _negated=True)), _connector='OR'), name='preference_of_one_person'), models.UniqueConstraint(fields=('user', 'category'), name='preference_once'), models.UniqueConstraint(django.db.models.functions.text.Lower('address'), models.F('category'), condition=models.Q(('address', ''), _negated=True), name='preference_of_address_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Criteria',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('asked_together', django.contrib.postgres.fields.ArrayField(base_field=django.contrib.postgres.search.SearchQueryField(), editable=False, size=None)),
                        ('asked_each', django.contrib.postgres.fields.ArrayField(base_field=django.contrib.postgres.search.SearchQueryField(), editable=False, size=None)),
                        ('asked_never', django.contrib.postgres.fields.ArrayField(base_field=django.contrib.postgres.search.SearchQueryField(), editable=False, size=None)),
                        ('kind', models.CharField(max_length=20, verbose_name='kind')),
                        ('codes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=80), blank=True, default=list, size=None, verbose_name='codes')),
                        ('words', models.CharField(blank=True, max_length=300, verbose_name='words')),
                        ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                        ('keys', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=120), default=list, editable=False, size=None)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                        ('became', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='notifications.criteria')),
                    ],
                    options={
                        'verbose_name': 'followed search',
                        'verbose_name_plural': 'followed searches',
                        'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['keys'], name='criteria_keys')],
                    },
                ),
                migrations.CreateModel(
                    name='News',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('about_id', models.BigIntegerField()),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('matched_at', models.DateTimeField(blank=True, null=True)),
                        ('attempts', models.PositiveSmallIntegerField(default=0)),
                        ('last_error', models.TextField(blank=True)),
                        ('about_type', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='contenttypes.contenttype')),
                    ],
                    options={
                        'indexes': [models.Index(condition=models.Q(('matched_at', None)), fields=['attempts', 'id'], name='news_due')],
                    },
                ),
                migrations.CreateModel(
                    name='Subscription',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('address', models.EmailField(blank=True, max_length=254, verbose_name='e-mail address')),
                        ('language', models.CharField(choices=[('en', 'English'), ('zh-hant', '繁體中文'), ('es', 'Español'), ('fr', 'Français')], max_length=7, verbose_name='language')),
                        ('frequency', models.CharField(choices=[('immediately', 'Immediately'), ('daily', 'Once a day'), ('weekly', 'Once a week')], default='immediately', max_length=12, verbose_name='how often')),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                        ('confirmed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='confirmed')),
                        ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended')),
                        ('ended_reason', models.CharField(blank=True, choices=[('page', 'Ended in the portal'), ('link', 'Ended by the link in a mail'), ('all', 'Every mail was ended at once'), ('bounced', 'The address does not take mail'), ('complained', 'Our mail was marked as spam'), ('converted', 'Taken over into an account'), ('merged', 'Two searches became the same'), ('code_gone', 'What it asked for is no longer on the portal')], max_length=10, verbose_name='why it ended')),
                        ('criteria', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='subscriptions', to='notifications.criteria', verbose_name='criteria')),
                        ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='subscriptions', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                        ('erased_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='address erased')),
                        ('time_zone', models.CharField(default='UTC', max_length=64, verbose_name='time zone')),
                        ('webhook', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='subscriptions', to='notifications.webhook', verbose_name='webhook')),
                        ('successor', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='predecessors', to='notifications.subscription', verbose_name='goes on as')),
                    ],
                    options={
                        'verbose_name': 'subscription',
                        'verbose_name_plural': 'subscriptions',
                        'indexes': [models.Index(condition=models.Q(('ended_at', None)), fields=['criteria'], name='subscription_live'), models.Index(condition=models.Q(('ended_at__isnull', False), ('erased_at', None), models.Q(('address', ''), _negated=True)), fields=['ended_at'], name='subscription_to_erase')],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('ended_reason', '')), models.Q(('ended_at__isnull', False), models.Q(('ended_reason', ''), _negated=True)), _connector='OR'), name='subscription_ended_why'), models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('user', 'criteria'), name='subscription_once'), models.UniqueConstraint(django.db.models.functions.text.Lower('address'), models.F('criteria'), condition=models.Q(('ended_at', None), models.Q(('address', ''), _negated=True)), name='subscription_address_once'), models.CheckConstraint(condition=models.Q(models.Q(('user__isnull', False), ('address', ''), models.Q(('webhook__isnull', False), _negated=True)), models.Q(models.Q(('user__isnull', False), _negated=True), models.Q(('address', ''), _negated=True), models.Q(('webhook__isnull', False), _negated=True)), models.Q(models.Q(('user__isnull', False), _negated=True), ('address', ''), ('webhook__isnull', False)), models.Q(('ended_at__isnull', False), ('erased_at__isnull', False), models.Q(('user__isnull', False), _negated=True), ('address', '')), _connector='OR'), name='subscription_of_one'), models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('webhook', 'criteria'), name='subscription_webhook_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Deliverability',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('address', models.EmailField(max_length=254, verbose_name='e-mail address')),
                        ('state', models.CharField(choices=[('works', 'Takes mail'), ('bounces', 'Does not take mail'), ('complained', 'Marked our mail as spam')], default='works', max_length=10, verbose_name='state')),
                        ('soft_bounces', models.PositiveSmallIntegerField(default=0, verbose_name='temporary failures in a row')),
                        ('said', models.CharField(blank=True, max_length=500, verbose_name='what the server said')),
                        ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='changed')),
                    ],
                    options={
                        'verbose_name': 'deliverability of an address',
                        'verbose_name_plural': 'deliverability of addresses',
                        'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('address'), name='deliverability_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Digest',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('address', models.EmailField(blank=True, max_length=254, verbose_name='e-mail address')),
                        ('local_on', models.DateField(verbose_name='day')),
                        ('status', models.CharField(choices=[('pending', 'Pending'), ('sent', 'Sent'), ('empty', 'Nothing to send'), ('failed', 'Failed'), ('bounced', 'Bounced')], default='pending', max_length=8, verbose_name='delivery')),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                        ('due_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='due')),
                        ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                        ('last_error', models.TextField(blank=True, verbose_name='last error')),
                        ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='sent')),
                        ('recipient', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='digests', to=settings.AUTH_USER_MODEL, verbose_name='recipient')),
                        ('provider_id', models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name="the provider's name of it")),
                    ],
                    options={
                        'verbose_name': 'digest',
                        'verbose_name_plural': 'digests',
                        'indexes': [models.Index(condition=models.Q(('status', 'pending')), fields=['due_at', 'id'], name='digest_due'), models.Index(condition=models.Q(('provider_id', ''), _negated=True), fields=['provider_id'], name='digest_at_provider')],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('recipient__isnull', False), ('address', '')), models.Q(models.Q(('recipient__isnull', False), _negated=True), models.Q(('address', ''), _negated=True)), _connector='OR'), name='digest_to_one_person'), models.UniqueConstraint(fields=('recipient', 'local_on'), name='digest_once_a_day'), models.UniqueConstraint(django.db.models.functions.text.Lower('address'), models.F('local_on'), condition=models.Q(('address', ''), _negated=True), name='digest_to_address_once_a_day')],
                    },
                ),
                migrations.CreateModel(
                    name='Mailing',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('kind', models.CharField(max_length=80, verbose_name='kind')),
                        ('about_id', models.BigIntegerField()),
                        ('status', models.CharField(choices=[('draft', 'Not sent yet'), ('going', 'Sent off'), ('halted', 'Halted'), ('discarded', 'Discarded')], default='draft', max_length=9, verbose_name='state')),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='prepared')),
                        ('released_at', models.DateTimeField(blank=True, null=True, verbose_name='sent off')),
                        ('about_type', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='contenttypes.contenttype')),
                        ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='prepared by')),
                        ('fallback', models.CharField(choices=[('en', 'English'), ('zh-hant', '繁體中文'), ('es', 'Español'), ('fr', 'Français')], default='en', max_length=7, verbose_name='for the other languages')),
                        ('organization', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='accounts.organization', verbose_name='in the name of')),
                        ('parts', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), default=list, size=None, verbose_name='who gets it')),
                        ('released_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='released_mailings', to=settings.AUTH_USER_MODEL, verbose_name='sent off by')),
                        ('revision', models.PositiveIntegerField(default=0, editable=False)),
                    ],
                    options={
                        'verbose_name': 'mailing',
                        'verbose_name_plural': 'mailings',
                        'ordering': ['-created_at', '-pk'],
                        'indexes': [models.Index(fields=['about_type', 'about_id', '-created_at'], name='mailing_about'), models.Index(condition=models.Q(('released_at__isnull', False)), fields=['released_by', 'released_at'], name='mailing_released')],
                    },
                ),
                migrations.CreateModel(
                    name='PersonalFeed',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('generation', models.PositiveIntegerField(default=1, editable=False)),
                        ('is_on', models.BooleanField(default=True, verbose_name='in use')),
                        ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='address made')),
                        ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='personal_feed', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                    ],
                    options={
                        'verbose_name': 'personal feed',
                        'verbose_name_plural': 'personal feeds',
                    },
                ),
                migrations.CreateModel(
                    name='Rest',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('digest_hour', models.PositiveSmallIntegerField(default=8, validators=[django.core.validators.MaxValueValidator(23)], verbose_name='hour of the digest')),
                        ('quiet_from', models.TimeField(blank=True, null=True, verbose_name='no mail from')),
                        ('quiet_until', models.TimeField(blank=True, null=True, verbose_name='until')),
                        ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='rest', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                    ],
                    options={
                        'verbose_name': 'hours of mail',
                        'verbose_name_plural': 'hours of mail',
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('quiet_from', None), ('quiet_until', None)), models.Q(('quiet_from__isnull', False), ('quiet_until__isnull', False), models.Q(('quiet_from', models.F('quiet_until')), _negated=True)), _connector='OR'), name='rest_from_until')],
                    },
                ),
                migrations.CreateModel(
                    name='Webhook',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('url', models.URLField(max_length=500, verbose_name='address')),
                        ('secret', portal.sealed.SealedText(editable=False)),
                        ('old_secret', portal.sealed.SealedText(blank=True, editable=False)),
                        ('old_secret_until', models.DateTimeField(blank=True, editable=False, null=True)),
                        ('status', models.CharField(choices=[('on', 'On'), ('off', 'Off'), ('failing', 'Stopped after failures')], default='on', max_length=7, verbose_name='state')),
                        ('failing_since', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='failing since')),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='made')),
                        ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by')),
                        ('organization', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='webhooks', to='accounts.organization', verbose_name='organization')),
                    ],
                    options={
                        'verbose_name': 'webhook',
                        'verbose_name_plural': 'webhooks',
                        'ordering': ['pk'],
                        'constraints': [models.UniqueConstraint(fields=('organization', 'url'), name='webhook_once')],
                    },
                ),
                migrations.CreateModel(
                    name='WebhookDelivery',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('event', models.CharField(max_length=80, verbose_name='event')),
                        ('key', models.CharField(max_length=200)),
                        ('body', models.JSONField(verbose_name='content')),
                        ('status', models.CharField(choices=[('pending', 'Pending'), ('sent', 'Sent'), ('failed', 'Failed')], default='pending', max_length=7, verbose_name='delivery')),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                        ('due_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='due')),
                        ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                        ('answer_status', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='answer')),
                        ('last_error', models.CharField(blank=True, max_length=500, verbose_name='last error')),
                        ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='sent')),
                        ('webhook', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='notifications.webhook', verbose_name='webhook')),
                    ],
                    options={
                        'verbose_name': 'delivery to a webhook',
                        'verbose_name_plural': 'deliveries to webhooks',
                        'ordering': ['-created_at', '-pk'],
                        'indexes': [models.Index(condition=models.Q(('status', 'pending')), fields=['due_at', 'id'], name='webhook_due')],
                        'constraints': [models.UniqueConstraint(fields=('webhook', 'key'), name='webhook_told_once')],
                    },
                ),
                migrations.CreateModel(
                    name='MailingText',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('language', models.CharField(choices=[('en', 'English'), ('zh-hant', '繁體中文'), ('es', 'Español'), ('fr', 'Français')], max_length=7, verbose_name='language')),
                        ('subject', models.CharField(max_length=150, verbose_name='subject')),
                        ('body', models.TextField(max_length=10000, verbose_name='text')),
                        ('mailing', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='texts', to='notifications.mailing', verbose_name='mailing')),
                    ],
                    options={
                        'verbose_name': 'text of a mailing',
                        'verbose_name_plural': 'texts of mailings',
                        'constraints': [models.UniqueConstraint(fields=('mailing', 'language'), name='mailing_text_once')],
                    },
                ),
            ],
        ),
    ]
