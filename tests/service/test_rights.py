"""What is disclosed and corrected is the same on every engine; what stands after each right; the sweep goes on."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace

import pytest

from tests.service.rights_shop import NOW, RightsShop, new_rights_shop
from tillit.documents.letter import How
from tillit.model.standing import Person
from tillit.register.database import reading
from tillit.register.standing import standing_of
from tillit.run.restore import Reason, undo
from tillit.service.disclose import Choices, access
from tillit.service.forget import Ask
from tillit.service.rights import Case
from tillit.service.rights_correct import Change, rectification
from tillit.service.rights_ends import RestrictionGround, objection, restriction

LINNEA = Person("shop", "contacts", (1,))


@pytest.fixture
def everywhere(tmp_path, store_url) -> RightsShop:
    return new_rights_shop(tmp_path / "project", store_url)


@pytest.fixture
def shop(tmp_path, sqlite_url) -> RightsShop:
    return new_rights_shop(tmp_path / "project", sqlite_url)


def case(opened, **more) -> Case:
    project, memory, stores = opened
    ask = Ask({"email": "linnea.berg@example.com"})
    return replace(Case(project, memory, stores, ask, NOW, "en", True, "Dana"), **more)


def test_the_same_values_are_disclosed_on_every_engine(everywhere, tmp_path):
    with everywhere.opened() as opened:
        done = access(case(opened), Choices(tmp_path / "out"))
    with zipfile.ZipFile(next((tmp_path / "out").glob("*.zip"))) as archive:
        names = [name for name in archive.namelist() if name.startswith("data/") and name.endswith(".json")]
        data = {name.split("shop-")[1][:-5]: json.loads(archive.read(name)) for name in names}
    assert data["contacts"] == [
        {"id": 1, "name": "Linnea Berg", "email": "linnea.berg@example.com", "phone": "070-1740601", "score": 7}
    ]
    assert data["invoices"] == [{"id": 20, "bill_name": "Linnea Berg", "total": -5, "issued": "2024-05-01"}]
    assert data["messages"] == [
        {"id": 30, "body": "Where is my pump?", "sent": "2026-11-20 10:00:00"},
        {"id": 31, "body": None, "sent": "2026-11-21 10:00:00"},
    ]
    assert [row["product"] for row in data["orders"]] == ["P-100", "P-200"]
    assert {code for _, code in done.letter.withheld} == {"security", "trade_secrets", "rights_of_others"}


def test_a_correction_writes_the_same_on_every_engine_and_is_undone(everywhere):
    before = {name: everywhere.table(name) for name in everywhere.TABLES}
    with everywhere.opened() as opened:
        changes = [Change("contact.email", "Linnea.Berg@example.com"), Change("shop.contacts.score", "9")]
        done = rectification(case(opened), changes)
        assert [(c.what, c.cells) for c in done.letter.corrections] == [("E-mail", 2), ("Credit scores", 1)]
        assert everywhere.table("contacts")[0][2] == "Linnea.Berg@example.com"  # another case is another value
        assert everywhere.table("contacts")[0][5] == 9
        assert everywhere.table("subscribers")[0][2] == "Linnea.Berg@example.com"
        assert everywhere.table("contacts")[1] == before["contacts"][1]
        assert done.run_id is not None
        after = {name: everywhere.table(name) for name in ("orders", "invoices", "messages")}
        assert after == {name: before[name] for name in after}
        undone = undo(opened[1], opened[2], done.run_id, Reason("Dana"), NOW)
        assert (undone.restored, undone.kept) == (3, 0)

    assert {name: everywhere.table(name) for name in everywhere.TABLES} == before


def test_a_restriction_forbids_every_use_and_an_objection_one(shop):
    with shop.opened() as opened:
        objection(case(opened), ["improvement"], None, marketing=False)
        with reading(opened[1].register) as conn:
            (stands,) = standing_of(conn, [LINNEA])
        assert (stands.allows("improvement"), stands.allows("orders"), stands.hold) == (False, True, False)
        done = restriction(case(opened), RestrictionGround.UNLAWFUL, lift=False, told_on=None)
        with reading(opened[1].register) as conn:
            (stands,) = standing_of(conn, [LINNEA])
        assert (stands.allows("orders"), stands.restricted, stands.hold) == (False, True, True)
        assert done.letter.recipients == ("The carrier",)


def test_the_hold_of_an_access_request_ends_with_its_answer(shop, tmp_path):
    with shop.opened() as opened:
        done = access(case(opened), Choices(tmp_path))
        with reading(opened[1].register) as conn:
            assert standing_of(conn, [LINNEA]) == []
    assert done.request_id is not None
    assert How.HOLD not in {k.how for k in done.letter.kept}
