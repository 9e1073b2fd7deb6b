"""All tables of accounts, in one step: what the migrations that it replaces leave of an empty database."""

import django.contrib.auth.models
import django.contrib.auth.validators
import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from helpdesk.common.migration_operations import CreateModels


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('accounts', '0001_first_tables'),
        ('accounts', '0002_time_limits_and_routing'),
        ('accounts', '0003_reminders_and_notifications'),
        ('accounts', '0004_people_are_told_of_their_tone'),
    ]

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        CreateModels(
            migrations.CreateModel(
                name='User',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('password', models.CharField(max_length=128, verbose_name='password')),
                    ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                    ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                    ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                    ('first_name', models.CharField(blank=True, max_length=150, verbose_name='first name')),
                    ('last_name', models.CharField(blank=True, max_length=150, verbose_name='last name')),
                    ('email', models.EmailField(blank=True, max_length=254, verbose_name='email address')),
                    ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                    ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                    ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                    ('languages', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=12), blank=True, default=list, size=None, verbose_name='languages')),
                    ('max_open_tickets', models.PositiveIntegerField(blank=True, null=True, verbose_name='open tickets at most')),
                    ('presence', models.CharField(choices=[('online', 'online'), ('away', 'away'), ('offline', 'offline')], default='offline', max_length=8, verbose_name='presence')),
                    ('away_until', models.DateTimeField(blank=True, null=True, verbose_name='away until')),
                    ('signature', models.TextField(blank=True, help_text='Put below every reply sent by mail.', verbose_name='signature')),
                    ('shortcuts_enabled', models.BooleanField(default=True, verbose_name='keyboard shortcuts')),
                    ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                    ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
                    ('presence_since', models.DateTimeField(blank=True, editable=False, null=True)),
                    ('seen_at', models.DateTimeField(blank=True, editable=False, null=True)),
                    ('mail_notifications', models.CharField(choices=[('never', 'never'), ('away', 'while I am away'), ('always', 'always')], db_default='away', default='away', max_length=6, verbose_name='notifications by mail')),
                    ('tone_hints_enabled', models.BooleanField(db_default=True, default=True, help_text="While an answer is written: a missing name, shouting, blame, another language than the customer's.", verbose_name='hints on tone')),
                ],
                options={
                    'verbose_name': 'user',
                    'verbose_name_plural': 'users',
                    'abstract': False,
                },
                managers=[
                    ('objects', django.contrib.auth.models.UserManager()),
                ],
            ),
            migrations.CreateModel(
                name='ApiKey',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(max_length=100, verbose_name='name')),
                    ('prefix', models.CharField(max_length=16, unique=True, verbose_name='prefix')),
                    ('digest', models.BinaryField(max_length=32)),
                    ('scopes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=64), default=list, size=None, verbose_name='scopes')),
                    ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                    ('expires_at', models.DateTimeField(blank=True, null=True, verbose_name='expires at')),
                    ('last_used_at', models.DateTimeField(blank=True, null=True, verbose_name='last used at')),
                    ('revoked_at', models.DateTimeField(blank=True, null=True, verbose_name='revoked at')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='api_keys', to=settings.AUTH_USER_MODEL, verbose_name='user')),
                ],
                options={
                    'verbose_name': 'API key',
                    'verbose_name_plural': 'API keys',
                },
            ),
            migrations.CreateModel(
                name='IdempotencyKey',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('key', models.CharField(max_length=255)),
                    ('body_digest', models.BinaryField(max_length=32)),
                    ('status', models.PositiveSmallIntegerField(null=True)),
                    ('response', models.JSONField(null=True)),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'indexes': [models.Index(fields=['created_at'], name='idempotency_key_age')],
                    'constraints': [models.UniqueConstraint(fields=('owner', 'key'), name='one_answer_per_owner_and_key')],
                },
            ),
        ),
    ]
