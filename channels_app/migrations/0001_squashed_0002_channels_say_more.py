"""All tables of channels, in one step: what the migrations that it replaces leave of an empty database."""

import channels_app.registry
import datetime
import django.contrib.postgres.fields
import django.db.models.deletion
import uuid
from django.db import migrations, models

from helpdesk.common.migration_operations import CreateModels


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('channels_app', '0001_first_tables'),
        ('channels_app', '0002_channels_say_more'),
    ]

    dependencies = []

    operations = [
        CreateModels(
            migrations.CreateModel(
                name='Brand',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(max_length=100, unique=True, verbose_name='name')),
                    ('from_name', models.CharField(blank=True, help_text='Stands as sender of mails; empty: the name.', max_length=100, verbose_name='from name')),
                    ('logo', models.FileField(blank=True, upload_to='brands/', verbose_name='logo')),
                    ('site_url', models.URLField(blank=True, verbose_name='site')),
                ],
                options={
                    'verbose_name': 'brand',
                    'verbose_name_plural': 'brands',
                    'ordering': ['name'],
                },
            ),
            migrations.CreateModel(
                name='Channel',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('slug', models.SlugField(unique=True, verbose_name='short name')),
                    ('kind', models.CharField(choices=channels_app.registry.kind_choices, max_length=32, verbose_name='kind')),
                    ('name', models.CharField(max_length=100, verbose_name='name')),
                    ('config', models.JSONField(blank=True, default=dict, verbose_name='configuration')),
                    ('encrypted_secrets', models.TextField(blank=True, editable=False)),
                    ('is_active', models.BooleanField(default=True, verbose_name='active')),
                    ('is_public', models.BooleanField(default=False, help_text='What is written here can be read by everybody.', verbose_name='public')),
                    ('is_demo', models.BooleanField(default=False, verbose_name='demo')),
                    ('poll_cursor', models.JSONField(blank=True, default=dict, editable=False)),
                    ('poll_every_seconds', models.PositiveIntegerField(default=30, verbose_name='poll every (seconds)')),
                    ('poll_lease_until', models.DateTimeField(blank=True, editable=False, null=True)),
                    ('next_poll_at', models.DateTimeField(blank=True, editable=False, null=True)),
                    ('consecutive_failures', models.PositiveIntegerField(default=0, editable=False)),
                    ('last_ok_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='last success')),
                    ('last_error', models.TextField(blank=True, editable=False, verbose_name='last error')),
                    ('last_error_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='last error at')),
                    ('reopen_window', models.DurationField(default=datetime.timedelta(days=7), help_text="How long a customer's message reopens a resolved ticket; then it opens a new one.", verbose_name='reopen window')),
                    ('session_gap', models.DurationField(default=datetime.timedelta(seconds=43200), help_text='Silence after which the next message is a new contact.', verbose_name='contact gap')),
                    ('messaging_window', models.DurationField(blank=True, help_text="How long after the customer's last message the provider lets us write freely.", null=True, verbose_name='messaging window')),
                    ('coverage', models.CharField(choices=[('full', 'answered like every other channel'), ('limited', 'answered less often: says so once'), ('redirect', 'not answered here: names a better channel')], default='full', max_length=8, verbose_name='coverage')),
                    ('resend_unknown', models.BooleanField(default=False, help_text='Off: a person decides. On: the customer may get the message twice.', verbose_name='send again when the outcome is unknown')),
                    ('position', models.PositiveIntegerField(default=0, verbose_name='position')),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='channels', to='channels_app.brand', verbose_name='brand')),
                    ('credentials_expire_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='credentials expire at')),
                    ('is_listed', models.BooleanField(db_default=True, default=True, help_text='Customers find this channel on the public contact page.', verbose_name='on the contact page')),
                    ('is_simulated', models.BooleanField(db_default=False, default=False, help_text='Customers are made up and nothing leaves: for trying a channel out before there is an account.', verbose_name='trial without an account')),
                    ('paused_reason', models.CharField(blank=True, db_default='', default='', editable=False, max_length=500)),
                    ('send_failures', models.PositiveIntegerField(db_default=0, default=0, editable=False)),
                    ('sending_paused_until', models.DateTimeField(blank=True, editable=False, null=True)),
                ],
                options={
                    'verbose_name': 'channel',
                    'verbose_name_plural': 'channels',
                    'ordering': ['position', 'name'],
                },
            ),
            migrations.CreateModel(
                name='InboundEvent',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('dedup_key', models.BinaryField(max_length=32)),
                    ('headers', models.JSONField(default=dict, verbose_name='headers')),
                    ('meta', models.JSONField(default=dict)),
                    ('content_type', models.CharField(blank=True, max_length=200)),
                    ('body', models.BinaryField(null=True)),
                    ('body_file', models.CharField(blank=True, max_length=200)),
                    ('size', models.BigIntegerField(default=0, verbose_name='size')),
                    ('source', models.CharField(choices=[('webhook', 'webhook'), ('poll', 'poll'), ('smtp', 'SMTP'), ('cli', 'command line'), ('trial', 'simulator')], max_length=8, verbose_name='source')),
                    ('received_at', models.DateTimeField(verbose_name='received at')),
                    ('state', models.CharField(choices=[('received', 'waiting'), ('processed', 'processed'), ('ignored', 'ignored'), ('quarantined', 'quarantined')], default='received', max_length=12, verbose_name='state')),
                    ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                    ('lease_until', models.DateTimeField(blank=True, null=True)),
                    ('processed_at', models.DateTimeField(blank=True, null=True, verbose_name='processed at')),
                    ('reason', models.TextField(blank=True, verbose_name='reason')),
                    ('reason_code', models.CharField(blank=True, max_length=64)),
                    ('channel', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='inbound_events', to='channels_app.channel', verbose_name='channel')),
                ],
                options={
                    'verbose_name': 'inbound event',
                    'verbose_name_plural': 'inbound events',
                    'indexes': [models.Index(condition=models.Q(('state', 'received')), fields=['id'], name='inbound_event_waiting'), models.Index(condition=models.Q(('state', 'quarantined')), fields=['-id'], name='inbound_event_quarantined'), models.Index(fields=['channel', '-received_at'], name='inbound_event_of_channel')],
                    'constraints': [models.UniqueConstraint(fields=('channel', 'dedup_key'), name='event_stored_once_per_channel')],
                },
            ),
            migrations.CreateModel(
                name='MessageTemplate',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('external_id', models.CharField(blank=True, max_length=100)),
                    ('name', models.CharField(max_length=512, verbose_name='name')),
                    ('language', models.CharField(max_length=20, verbose_name='language')),
                    ('category', models.CharField(blank=True, max_length=40, verbose_name='category')),
                    ('body', models.TextField(verbose_name='text')),
                    ('variables', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=100), blank=True, default=list, size=None, verbose_name='variables')),
                    ('provider_status', models.CharField(choices=[('approved', 'approved'), ('pending', 'under review'), ('rejected', 'rejected'), ('paused', 'paused'), ('disabled', 'gone at the provider')], default='approved', max_length=10, verbose_name='status')),
                    ('reason', models.CharField(blank=True, max_length=500, verbose_name='reason')),
                    ('synced_at', models.DateTimeField(blank=True, null=True, verbose_name='synchronised at')),
                    ('channel', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='templates', to='channels_app.channel', verbose_name='channel')),
                ],
                options={
                    'verbose_name': 'message template',
                    'verbose_name_plural': 'message templates',
                    'ordering': ['name', 'language'],
                    'constraints': [models.UniqueConstraint(fields=('channel', 'name', 'language'), name='template_once_per_channel_and_language')],
                },
            ),
        ),
    ]
