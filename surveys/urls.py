"""The customer's pages."""

from django.urls import path

from surveys import views

app_name = "surveys"

urlpatterns = [
    path("survey/<str:token>/", views.survey_page, name="page"),
    path("survey/<str:token>/logo/", views.brand_logo, name="logo"),
]
