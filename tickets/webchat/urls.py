"""The doors of the web chat."""

from django.urls import path

from tickets.webchat import views
from tickets.webchat.doors import visitor_door
from tickets.webchat.stream import stream

app_name = "webchat"
_HERE = "widget/<uuid:channel_uuid>"

urlpatterns = [
    path(f"{_HERE}.js", views.script, name="script"),
    path(f"{_HERE}/look", visitor_door(get=views.look), name="look"),
    path(f"{_HERE}/logo", visitor_door(get=views.logo), name="logo"),
    path(f"{_HERE}/channels", visitor_door(get=views.channels), name="channels"),
    path(f"{_HERE}/articles", visitor_door(post=views.articles), name="articles"),
    path(f"{_HERE}/helped", visitor_door(post=views.helped), name="helped"),
    path(f"{_HERE}/visitors", visitor_door(post=views.start), name="start"),
    path(f"{_HERE}/me", visitor_door(get=views.me, post=views.change_me, delete=views.forget_me), name="me"),
    path(f"{_HERE}/messages", visitor_door(get=views.messages, post=views.write), name="messages"),
    path(f"{_HERE}/read", visitor_door(post=views.read), name="read"),
    path(f"{_HERE}/typing", visitor_door(post=views.typing), name="typing"),
    path(f"{_HERE}/files/<uuid:file_uuid>", visitor_door(get=views.file), name="file"),
    path(f"{_HERE}/stream", stream, name="stream"),
]
