"""Every door of the product."""

from django.contrib import admin
from django.urls import include, path

from helpdesk import views
from helpdesk.contact.views import contact_page
from tickets.public_file_views import public_file
from tickets.upload_views import upload_page

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/", include(("helpdesk.api", "api"))),
    path("", include("surveys.urls")),
    path("health/live", views.live, name="health_live"),
    path("", include("channels_app.urls")),
    path("", include("tickets.webchat.urls")),
    path("files/<str:token>/", public_file, name="public_file"),
    path("files/<str:token>/<str:name>", public_file, name="named_public_file"),
    path("upload/<str:token>/", upload_page, name="upload"),
    path("contact/", contact_page, name="contact"),
    path("help/", include("helpdesk.help.urls")),
    path("health/ready", views.ready, name="health_ready"),
]

handler400 = "helpdesk.views.bad_request"
handler403 = "helpdesk.views.forbidden"
handler404 = "helpdesk.views.not_found"
handler500 = "helpdesk.views.server_error"
