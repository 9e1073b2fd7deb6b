from typing import Any

import pytest
from django.utils import translation

from helpdesk.common.errors import InvalidInput
from surveys.models import RootCause
from surveys.policies.cause_tree import TREE
from surveys.services.causes import ensure_root_causes, save_cause
from tickets.services.actors import Actor

pytestmark = pytest.mark.django_db


def by_key(key: str) -> RootCause:
    return RootCause.objects.get(key=key)


def save(cause: RootCause | None = None, **values: Any) -> RootCause:
    return save_cause(actor=Actor.system(), cause_id=cause.pk if cause else None, **values)


def test_every_installation_starts_with_the_whole_tree_and_keeps_what_people_made_of_it() -> None:
    assert set(RootCause.objects.values_list("key", flat=True)) == set(TREE)
    save(by_key("product.defect"), name="Broken on arrival", parent_id=by_key("product").pk)
    by_key("process.rules").delete()
    ensure_root_causes()
    assert (by_key("product.defect").name, RootCause.objects.filter(key="process.rules").exists()) == (
        "Broken on arrival",
        False,
    )


def test_our_names_speak_the_readers_language_until_somebody_renames_them(monkeypatch: pytest.MonkeyPatch) -> None:
    cause = by_key("product.defect")
    with translation.override("de"):
        translated = str(TREE["product.defect"].name)
        assert str(cause) == translated
    assert str(save(cause, name="Broken on arrival", parent_id=cause.parent_id)) == "Broken on arrival"


def test_cause_has_the_kind_of_what_stands_above_it_and_gives_it_on() -> None:
    top = save(name="Warehouse", kind="process")
    middle = save(name="Packing", parent_id=top.pk, kind="product")
    leaf = save(name="Wrong box", parent_id=middle.pk)
    assert (middle.kind, leaf.kind) == ("process", "process")
    save(middle, name="Packing", parent_id=by_key("third_party").pk)
    leaf.refresh_from_db()
    assert leaf.kind == "third_party"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"name": "  ", "kind": "product"}, "empty_name"),
        ({"name": "New", "kind": "weather"}, "unknown_kind"),
        ({"name": "product", "kind": "product"}, "name_taken"),
    ],
)
def test_cause_that_cannot_stand_is_refused_with_its_field(values: dict[str, Any], code: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        save(**values)
    assert refusal.value.code == code


def test_tree_has_no_loops_and_few_levels() -> None:
    top, leaf = by_key("product"), by_key("product.defect")
    with pytest.raises(InvalidInput, match="below itself"):
        save(top, name="Product", parent_id=leaf.pk)
    third = save(name="Third", parent_id=leaf.pk)
    fourth = save(name="Fourth", parent_id=third.pk)
    with pytest.raises(InvalidInput, match="levels"):
        save(name="Fifth", parent_id=fourth.pk)
    with pytest.raises(InvalidInput, match="levels"):
        save(top, name="Product", parent_id=by_key("process").pk)
