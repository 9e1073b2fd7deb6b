"""``/api/v1/job-runs/``: when the scheduled jobs ran and what came of it."""

from typing import ClassVar

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from rest_framework import serializers

from helpdesk.accounts.api.viewsets import ResourceViewSet
from helpdesk.common.api.views import ListRows, RetrieveRow
from helpdesk.core.models import JobRun


class JobRunRead(serializers.ModelSerializer):
    class Meta:
        model = JobRun
        fields = ["id", "job", "started_at", "ended_at", "handled", "error"]
        read_only_fields = fields


class JobRunFilters(filters.FilterSet):
    job = filters.CharFilter(max_length=64)
    has_failed = filters.BooleanFilter(method="filter_failed")
    started_after = filters.IsoDateTimeFilter(field_name="started_at", lookup_expr="gte")
    started_before = filters.IsoDateTimeFilter(field_name="started_at", lookup_expr="lt")

    class Meta:
        model = JobRun
        fields: tuple[str, ...] = ()

    def filter_failed(self, queryset: QuerySet[JobRun], name: str, value: bool) -> QuerySet[JobRun]:
        """Runs that ended with an error."""
        return queryset.exclude(error="") if value else queryset.filter(error="")


class JobRunViewSet(ListRows, RetrieveRow, ResourceViewSet):
    """Runs of scheduled jobs, newest first."""

    queryset = JobRun.objects.all()
    serializer_class = JobRunRead
    filterset_class = JobRunFilters
    permissions: ClassVar = {"list": ("core.view_jobrun",), "retrieve": ("core.view_jobrun",)}
