"""Below ``/help/``. No language is called "-", and no article has the address "search"."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from helpdesk.help import views


class LanguageConverter(StringConverter):
    """A language as articles have it, such as "pt-BR": nothing that could break a header or the database."""

    regex = "[A-Za-z0-9_-]{2,12}"


class AddressConverter(StringConverter):
    """What may be the address of an article; control characters are in none."""

    regex = r"[^/\x00-\x1f\x7f]{1,200}"


register_converter(LanguageConverter, "help_language")
register_converter(AddressConverter, "help_address")

urlpatterns = [
    path("", views.start, name="help"),
    path("-/<slug:what>/", views.beacon, name="help_beacon"),
    path("<help_language:language>/", views.start_in, name="help_language"),
    path("<help_language:language>/search/", views.search, name="help_search"),
    path("<help_language:language>/<help_address:slug>/", views.article, name="help_article"),
]
