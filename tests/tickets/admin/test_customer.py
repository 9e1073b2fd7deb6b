"""Customers, organisations, teams and tags in the admin."""

import pytest
from django.urls import reverse

from helpdesk.core.models import SiteSettings
from tests.factories import Address, make_team, make_ticket
from tickets.models import Customer, CustomerIdentity, Organization, Tag, Team, Ticket

pytestmark = pytest.mark.django_db
LIST = "/admin/tickets/customer/"


@pytest.fixture
def desk(client, agent):
    client.force_login(agent)
    return client


@pytest.fixture
def carla(email_channel):
    return make_ticket(email_channel).customer


def url(customer):
    return f"{LIST}{customer.pk}/change/"


def form_of(customer, **changes):
    names = ("name", "language", "time_zone", "external_id", "note")
    values = {name: getattr(customer, name) for name in names}
    return values | {"do_not_survey_until_0": "", "do_not_survey_until_1": ""} | changes


def found(client, query):
    return {customer.name for customer in client.get(LIST, {"q": query}).context["cl"].result_list}


@pytest.mark.parametrize(
    "query",
    ["carla", "Customer", "arla cust", "carla@customer.example", "CARLA@Customer.Example", "customer.exam", "ca"],
)
def test_customer_is_found_by_part_of_name_or_address(desk, carla, email_channel, query):
    make_ticket(email_channel, sender=Address(address="bob@other.example", name="Bob"))
    assert found(desk, query) == {"Carla Customer"}


def test_phone_number_is_found_however_it_is_written(desk, carla):
    CustomerIdentity.objects.create(customer=carla, kind="phone", address="+49301234567")
    SiteSettings.objects.update_or_create(pk=1, defaults={"default_country": "DE"})
    for query in ("+49 30 1234567", "+49 (30) 123-4567", "49301234567", "030 / 123 45 67"):
        assert found(desk, query) == {"Carla Customer"}


@pytest.mark.parametrize("query", ["%", "_", "%%%", "\\", "arla%", "c_rla"])
def test_signs_of_the_database_mean_themselves(desk, carla, query):
    assert found(desk, query) == set()


def test_change_goes_through_the_service(desk, carla):
    desk.post(url(carla), form_of(carla, name="Çarla  Ångström", is_vip="on"))
    carla.refresh_from_db()
    assert (carla.is_vip, carla.sort_name) == (True, "carla angstrom")


def test_taken_crm_id_is_told_and_nothing_is_saved(desk, carla):
    Customer.objects.create(name="Bob", external_id="crm-1")
    page = desk.post(url(carla), form_of(carla, external_id="crm-1"), follow=True).content.decode()
    assert "errornote" in page or "messagelist" in page
    carla.refresh_from_db()
    assert carla.external_id == ""


def test_new_customer_gets_his_first_address(desk, email_channel):
    values = form_of(Customer(name="Dora"), first_channel=email_channel.pk, first_address="Dora@New.Example")
    assert desk.post(f"{LIST}add/", values).status_code == 302
    dora = Customer.objects.get(name="Dora")
    assert [identity.address for identity in dora.identities.all()] == ["dora@new.example"]


def test_address_is_added_normalised(desk, carla):
    desk.post(f"{LIST}{carla.pk}/address/", {"kind": "email", "address": " Second@Customer.EXAMPLE "})
    assert carla.identities.filter(address="second@customer.example").exists()


@pytest.mark.parametrize("address", ["", "nonsense", "carla@customer.example"])
def test_impossible_or_taken_address_is_refused_in_words(desk, carla, address):
    page = desk.post(f"{LIST}{carla.pk}/address/", {"kind": "email", "address": address}, follow=True).content.decode()
    assert 'class="error"' in page
    assert carla.identities.count() == 1


def test_customer_of_a_closed_team_does_not_exist_for_outsiders(desk, carla):
    Ticket.objects.update(team=make_team("Legal", is_private=True))
    for path in (url(carla), f"{LIST}{carla.pk}/history/"):
        assert desk.get(path).status_code in (302, 404)
    assert desk.post(f"{LIST}{carla.pk}/address/", {"kind": "email", "address": "x@y.example"}).status_code == 404
    assert found(desk, "carla") == set()
    assert desk.get(LIST).context["cl"].result_count == 0


def test_tickets_of_closed_teams_are_an_outline_without_content(desk, carla, email_channel):
    secret = make_ticket(email_channel, subject="Divorce papers")
    Ticket.objects.filter(pk=secret.pk).update(team=make_team("Legal", is_private=True))
    page = desk.get(url(carla)).content.decode()
    assert "Divorce papers" not in page
    assert "In a team that you are not in" in page
    assert f"#{secret.number}" in page
    assert "My parcel is late" in page


def test_nobody_deletes_a_customer(client, superuser, carla):
    client.force_login(superuser)
    assert client.post(f"{LIST}{carla.pk}/delete/", {"post": "yes"}).status_code == 403


def test_auditor_reads_and_changes_nothing(client, auditor, carla):
    client.force_login(auditor)
    page = client.get(url(carla)).content.decode()
    assert "Add address" not in page
    assert client.post(url(carla), form_of(carla, name="X")).status_code == 403
    assert client.post(f"{LIST}{carla.pk}/address/", {"kind": "email", "address": "a@b.example"}).status_code == 403


def test_name_with_markup_is_text(desk, carla):
    Customer.objects.update(name="<img src=x onerror=alert(1)>")
    for path in (LIST, url(carla)):
        assert "<img src=x" not in desk.get(path).content.decode()


def test_page_of_a_customer_costs_the_same_with_many_tickets(desk, carla, email_channel, django_assert_max_num_queries):
    for _ in range(25):
        make_ticket(email_channel)
    desk.get(url(carla))
    with django_assert_max_num_queries(12):
        response = desk.get(url(carla))
    assert len(response.context["hd_tickets"]) == 20


def test_mail_domains_are_kept_as_addresses_are(desk):
    desk.post(
        reverse("admin:tickets_organization_add"), {"name": "Acme", "domains": "@Acme.Example, acme.example,ACME.org."}
    )
    assert Organization.objects.get().domains == ["acme.example", "acme.org"]


def test_lead_puts_colleagues_into_his_open_team(client, lead, agent):
    team = make_team("Care")
    client.force_login(lead)
    client.post(reverse("admin:tickets_team_change", args=[team.pk]), members_form(team, agent))
    assert list(team.members.all()) == [agent]


def test_lead_cannot_let_himself_into_a_private_team(client, lead):
    team = make_team("Legal", is_private=True)
    client.force_login(lead)
    answer = client.post(reverse("admin:tickets_team_change", args=[team.pk]), members_form(team, lead))
    assert answer.status_code == 403
    assert not Team.objects.get(pk=team.pk).members.exists()


def members_form(team, user):
    return {
        "name": team.name, "memberships-TOTAL_FORMS": "1", "memberships-INITIAL_FORMS": "0", "memberships-0-user": user.pk,
        "memberships-0-team": team.pk, **({"is_private": "on"} if team.is_private else {}),
    }  # fmt: skip


def test_colour_of_a_tag_cannot_carry_markup(client, lead):
    tag = Tag.objects.create(name="refund", color='"/><s>')
    client.force_login(lead)
    assert "<s>" not in client.get("/admin/tickets/tag/").content.decode()
    client.post(reverse("admin:tickets_tag_change", args=[tag.pk]), {"name": "refund", "color": "red;}"})
    client.post(reverse("admin:tickets_tag_change", args=[tag.pk]), {"name": "refund", "color": "#FF0000"})
    tag.refresh_from_db()
    assert tag.color == "#ff0000"
