"""Below ``/help/``. No language is called "-", and no article has the address "search"."""

from django.urls import path

from helpdesk.help import views

urlpatterns = [
    path("", views.start, name="help"),
    path("-/<slug:what>/", views.beacon, name="help_beacon"),
    path("<str:language>/", views.start_in, name="help_language"),
    path("<str:language>/search/", views.search, name="help_search"),
    path("<str:language>/<str:slug>/", views.article, name="help_article"),
]
