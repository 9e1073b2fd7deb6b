"""All tables of the core, in one step: what the migrations that it replaces leave of an empty database."""

import datetime
import helpdesk.core.models
from django.db import migrations, models

from helpdesk.common.migration_operations import CreateModels


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('core', '0001_first_tables'),
        ('core', '0002_access_tokens_are_shared'),
        ('core', '0003_phone_numbers_have_a_country'),
        ('core', '0004_reminders_and_notifications'),
    ]

    dependencies = []

    operations = [
        CreateModels(
            migrations.CreateModel(
                name='JobRun',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('job', models.CharField(max_length=64, verbose_name='job')),
                    ('started_at', models.DateTimeField(verbose_name='started at')),
                    ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended at')),
                    ('handled', models.IntegerField(default=0, verbose_name='handled')),
                    ('error', models.TextField(blank=True, verbose_name='error')),
                ],
                options={
                    'verbose_name': 'scheduled job run',
                    'verbose_name_plural': 'scheduled job runs',
                    'indexes': [models.Index(fields=['job', '-started_at'], name='job_run_latest'), models.Index(fields=['-started_at'], name='job_run_newest')],
                },
            ),
            migrations.CreateModel(
                name='RateCounter',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('key', models.CharField(max_length=200)),
                    ('window_at', models.DateTimeField()),
                    ('count', models.IntegerField(default=0)),
                ],
                options={
                    'indexes': [models.Index(fields=['window_at'], name='rate_counter_age')],
                    'constraints': [models.UniqueConstraint(fields=('key', 'window_at'), name='one_counter_per_key_and_window')],
                },
            ),
            migrations.CreateModel(
                name='SiteSettings',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('time_zone', models.CharField(default='UTC', help_text='Days in reports and on the dashboard begin and end here.', max_length=64, validators=[helpdesk.core.models.check_time_zone], verbose_name='time zone')),
                    ('default_language', models.CharField(default='en', max_length=12, verbose_name='default language')),
                    ('reopen_window', models.DurationField(default=datetime.timedelta(days=7), help_text="How long a customer's message reopens a resolved ticket; new channels start with it.", verbose_name='reopen window')),
                    ('session_gap', models.DurationField(default=datetime.timedelta(seconds=43200), help_text='Silence after which the next message is a new contact; new channels start with it.', verbose_name='contact gap')),
                    ('acknowledge_new_tickets', models.BooleanField(default=False, verbose_name='acknowledge new tickets')),
                    ('late_after', models.DurationField(default=datetime.timedelta(seconds=3600), help_text='A ticket is late when its customer has waited longer.', verbose_name='late after')),
                    ('default_country', models.CharField(blank=True, db_default='', default='', help_text='Two letters like DE. Telephone numbers without a country code are read as numbers of this country.', max_length=2, validators=[helpdesk.core.models.check_country], verbose_name='default country')),
                    ('most_reminders', models.PositiveSmallIntegerField(db_default=1, default=1, verbose_name='reminders at most')),
                    ('remind_after', models.DurationField(blank=True, help_text='While a ticket waits for the customer; empty: nobody is reminded.', null=True, verbose_name='remind silent customers after')),
                    ('resolve_silent_after', models.DurationField(blank=True, help_text='Counted from the last reminder, or from the answer where nobody is reminded; empty: never.', null=True, verbose_name='resolve after silence of')),
                ],
                options={
                    'verbose_name': 'settings',
                    'verbose_name_plural': 'settings',
                    'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='site_settings_is_one_row')],
                },
            ),
            migrations.CreateModel(
                name='AccessToken',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('key', models.CharField(max_length=200, unique=True)),
                    ('encrypted', models.TextField()),
                    ('expires_at', models.DateTimeField(db_index=True)),
                ],
                options={
                    'verbose_name': 'access token',
                    'verbose_name_plural': 'access tokens',
                },
            ),
        ),
    ]
