"""All tables of reporting, in one step: what the migrations that it replaces leave of an empty database.

Left out: 0004 has the facts made anew, and there are none.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from helpdesk.common.migration_operations import CreateModels


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('reporting', '0001_first_tables'),
        ('reporting', '0002_facts_know_demo_and_votes'),
        ('reporting', '0003_every_wait_for_an_answer_is_a_fact'),
        ('reporting', '0004_facts_are_made_anew'),
    ]

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('channels_app', '0002_channels_say_more'),
        ('tickets', '0022_clocks_are_found_by_when_they_began'),
    ]

    operations = [
        CreateModels(
            migrations.CreateModel(
                name='TicketFact',
                fields=[
                    ('ticket', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='fact', serialize=False, to='tickets.ticket')),
                    ('is_counted', models.BooleanField()),
                    ('opened_at', models.DateTimeField(verbose_name='opened at')),
                    ('waiting_started_at', models.DateTimeField(null=True)),
                    ('first_response_at', models.DateTimeField(null=True)),
                    ('first_response_seconds', models.BigIntegerField(null=True)),
                    ('is_waiting', models.BooleanField(default=False)),
                    ('first_resolved_at', models.DateTimeField(null=True)),
                    ('last_resolved_at', models.DateTimeField(null=True)),
                    ('customer_message_count', models.PositiveIntegerField(default=0)),
                    ('agent_reply_count', models.PositiveIntegerField(default=0)),
                    ('reopen_count', models.PositiveIntegerField(default=0)),
                    ('contact_count', models.PositiveIntegerField(default=0)),
                    ('last_sequence', models.IntegerField(default=0)),
                    ('agent', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('channel', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='channels_app.channel')),
                    ('first_responder', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('team', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.team')),
                    ('excluded_because', models.CharField(blank=True, choices=[('merged', 'merged into another ticket'), ('spam', 'spam'), ('agent_opened', 'opened by an agent')], max_length=12)),
                    ('is_demo', models.BooleanField(default=False)),
                    ('last_score', models.PositiveSmallIntegerField(null=True)),
                    ('survey_count', models.PositiveIntegerField(default=0)),
                    ('vote_count', models.PositiveIntegerField(default=0)),
                ],
                options={
                    'verbose_name': 'ticket fact',
                    'verbose_name_plural': 'ticket facts',
                    'indexes': [models.Index(condition=models.Q(('is_counted', True)), fields=['opened_at'], include=('channel', 'team', 'agent', 'first_responder', 'first_response_seconds', 'is_waiting', 'last_resolved_at', 'reopen_count', 'customer_message_count', 'agent_reply_count'), name='ticket_fact_opened'), models.Index(condition=models.Q(('is_demo', True)), fields=['opened_at'], name='ticket_fact_demo')],
                    'permissions': [('view_every_figure', 'Can see the figures of every team')],
                },
            ),
            migrations.CreateModel(
                name='TrafficSlot',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('starts_at', models.DateTimeField()),
                    ('is_demo', models.BooleanField(default=False)),
                    ('received_count', models.IntegerField(default=0)),
                    ('sent_count', models.IntegerField(default=0)),
                    ('channel', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='channels_app.channel')),
                    ('team', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tickets.team')),
                ],
                options={
                    'verbose_name': 'traffic',
                    'verbose_name_plural': 'traffic',
                    'constraints': [models.UniqueConstraint(fields=('starts_at', 'channel', 'team', 'is_demo'), name='traffic_counted_once', nulls_distinct=False)],
                },
            ),
            migrations.CreateModel(
                name='ResponseFact',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('number', models.PositiveIntegerField()),
                    ('is_demo', models.BooleanField(default=False)),
                    ('waiting_started_at', models.DateTimeField()),
                    ('answered_at', models.DateTimeField(null=True)),
                    ('seconds', models.BigIntegerField(null=True)),
                    ('business_seconds', models.BigIntegerField(null=True)),
                    ('is_waiting', models.BooleanField(default=False)),
                    ('channel', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='channels_app.channel')),
                    ('responder', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('team', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.team')),
                    ('ticket', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='response_facts', to='tickets.ticket')),
                ],
                options={
                    'verbose_name': 'response fact',
                    'verbose_name_plural': 'response facts',
                    'indexes': [models.Index(fields=['waiting_started_at'], include=('channel', 'team', 'responder', 'seconds', 'business_seconds', 'is_waiting', 'is_demo'), name='response_fact_started')],
                    'constraints': [models.UniqueConstraint(fields=('ticket', 'number'), name='wait_counted_once')],
                },
            ),
        ),
    ]
