"""Users and roles: nobody hands out more than he has, nobody changes his own rights."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from helpdesk.accounts.models import User

pytestmark = pytest.mark.django_db


def url(user):
    return reverse("admin:accounts_user_change", args=[user.pk])


def role(name):
    return Group.objects.get(name=name).pk


def form_of(user, *groups, **changes):
    values = {
        "username": user.username, "first_name": user.first_name, "last_name": user.last_name, "email": user.email,
        "languages": "", "presence": "offline", "signature": "", "is_active": "on", "is_staff": "on",
        "away_until_0": "", "away_until_1": "", "max_open_tickets": "",
    }  # fmt: skip
    if groups:
        values["groups"] = [role(name) for name in groups]
    return values | changes


def roles_of(user):
    return set(User.objects.get(pk=user.pk).groups.values_list("name", flat=True))


@pytest.fixture
def office(client, administrator):
    client.force_login(administrator)
    return client


def test_administrator_gives_roles_within_his_own(office, agent):
    office.post(url(agent), form_of(agent, "agent", "lead"))
    assert roles_of(agent) == {"agent", "lead"}


def test_administrator_cannot_give_a_role_with_rights_he_lacks(office, agent):
    response = office.post(url(agent), form_of(agent, "agent", "auditor"))
    assert response.context["errors"]
    assert roles_of(agent) == {"agent"}


def test_role_out_of_reach_is_not_offered(office, agent):
    offered = office.get(url(agent)).context["adminform"].form.fields["groups"].queryset
    assert set(offered.values_list("name", flat=True)) >= {"agent", "lead", "administrator"}
    assert "auditor" not in offered.values_list("name", flat=True)


def test_saving_keeps_a_role_that_is_out_of_reach(office, administrator, agent):
    """The account then holds more than the administrator, so it is closed to him altogether."""
    agent.groups.add(Group.objects.get(name="auditor"))
    assert office.post(url(agent), form_of(agent, "agent")).status_code == 403
    assert roles_of(agent) == {"agent", "auditor"}


def test_nobody_changes_his_own_rights(office, administrator):
    office.post(url(administrator), form_of(administrator, "agent", first_name="Adam", is_superuser="on", is_active=""))
    administrator.refresh_from_db()
    assert administrator.first_name == "Adam"
    assert roles_of(administrator) == {"administrator"}
    assert (administrator.is_superuser, administrator.is_active) == (False, True)


def test_superusers_are_closed_to_administrators(office, superuser):
    assert office.post(url(superuser), form_of(superuser)).status_code == 403
    password = reverse("admin:auth_user_password_change", args=[superuser.pk])
    answer = office.post(password, {"password1": "taken over now", "password2": "taken over now"})
    assert answer.status_code == 403
    superuser.refresh_from_db()
    assert superuser.check_password("a long password")


def test_administrator_cannot_make_a_superuser(office, agent):
    office.post(url(agent), form_of(agent, "agent", is_superuser="on", user_permissions=["1", "2"]))
    agent.refresh_from_db()
    assert not agent.is_superuser
    assert not agent.user_permissions.exists()


def test_superuser_may_make_another(client, superuser, agent):
    client.force_login(superuser)
    client.post(url(agent), form_of(agent, "agent", "auditor", is_superuser="on"))
    agent.refresh_from_db()
    assert agent.is_superuser
    assert roles_of(agent) == {"agent", "auditor"}


def test_account_with_a_single_right_more_is_closed(office, agent):
    agent.user_permissions.add(Permission.objects.get(codename="view_every_ticket"))
    assert office.post(url(agent), form_of(agent, "agent")).status_code == 403


def test_switched_off_account_with_more_rights_stays_closed(office, person):
    other = person("olga", "auditor", is_active=False)
    assert office.post(url(other), form_of(other)).status_code == 403


@pytest.mark.parametrize("name", ["agent", "lead", "auditor", "marketing"])
def test_other_roles_change_no_users(client, request, person, name):
    client.force_login(request.getfixturevalue(name))
    other = person("olga", "agent")
    assert client.post(url(other), form_of(other, "agent", "lead")).status_code in (403, 302)
    assert roles_of(other) == {"agent"}


def test_new_colleague_can_sign_in_and_has_no_rights_yet(office):
    values = {
        "username": "nora",
        "usable_password": "true",
        "password1": "seven green owls",
        "password2": "seven green owls",
    }
    office.post(reverse("admin:accounts_user_add"), values)
    nora = User.objects.get(username="nora")
    assert (nora.is_staff, nora.is_superuser, nora.groups.count()) == (True, False, 0)


def test_nobody_deletes_a_user(client, superuser, agent):
    client.force_login(superuser)
    answer = client.post(reverse("admin:accounts_user_delete", args=[agent.pk]), {"post": "yes"})
    assert answer.status_code == 403
    assert User.objects.filter(pk=agent.pk).exists()


def test_no_part_of_a_password_hash_is_shown(office, agent):
    page = office.get(url(agent)).content.decode()
    assert not [part for part in agent.password.split("$")[1:] if part in page]
    assert "algorithm" not in page


def test_list_cannot_be_searched_by_password(office, agent):
    for lookup in ("password__startswith", "groups__permissions__codename", "api_keys__digest"):
        answer = office.get(reverse("admin:accounts_user_changelist"), {lookup: "x"})
        assert answer.status_code in (302, 400)


def test_roles_are_read_and_not_changed_here(client, superuser):
    client.force_login(superuser)
    group = Group.objects.get(name="agent")
    page = client.get(reverse("admin:auth_group_change", args=[group.pk])).content.decode()
    assert "Can reply to customers" in page
    assert client.post(reverse("admin:auth_group_change", args=[group.pk]), {"name": "x"}).status_code == 403


def test_user_is_found_by_any_of_his_names(office, agent):
    for term in ("ana", "Agent", "ana@example.org"):
        found = office.get(reverse("admin:accounts_user_changelist"), {"q": term}).context["cl"].result_list
        assert agent in list(found)
