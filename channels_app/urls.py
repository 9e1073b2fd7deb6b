"""The providers' door."""

from django.urls import path

from channels_app.webhooks import receive_webhook

urlpatterns = [path("hooks/<slug:kind>/<uuid:channel_uuid>/", receive_webhook, name="webhook")]
