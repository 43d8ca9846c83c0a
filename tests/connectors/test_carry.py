"""A write and the rows it removes, in the form each engine gives them: as exact as an image read beforehand."""

from __future__ import annotations

import pytest

from tests.connectors.test_images import Place, made, place
from tests.oracle.product import Taken
from tillit.connectors.sql import carry as room
from tillit.connectors.sql import images
from tillit.connectors.sql.carry import Raced, carry
from tillit.connectors.sql.images import Restored

__all__ = ["place"]


def carried(place: Place, action: str, where: str = "0 = 0") -> Taken:
    taken = Taken()
    with place.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM marks")
        connection.exec_driver_sql(f"INSERT INTO marks SELECT id FROM things WHERE {where}")
        count = carry(connection, place.schema, made(place.schema, action), taken)
    assert count == taken[0].count
    return taken


def put_back(place: Place, taken: Taken) -> Restored:
    (image,) = taken
    if not image.pieces:
        return place.restore(image.action, image.columns, image.rows)
    with place.engine.begin() as connection:
        return images.restore_copied(connection, place.schema, image.table, image.columns, image.pieces)


def standing(place: Place, taken: Taken) -> tuple[int, int]:
    (image,) = taken
    if not image.pieces:
        return place.still_there(image.action, image.columns, image.rows)
    with place.engine.begin() as connection:
        return images.still_there_copied(connection, place.schema, image.table, image.columns, image.pieces)


@pytest.mark.parametrize("action", ["delete", "change"])
def test_every_kind_of_value_comes_back_as_it_was(place: Place, action: str) -> None:
    start = place.rows()
    taken = carried(place, action)
    assert taken[0].count == len(start)
    assert place.rows() != start
    assert standing(place, taken)[0] < len(start)
    assert put_back(place, taken) == Restored(len(start), 0)
    assert place.rows() == start
    assert standing(place, taken) == (len(start), 0)


def test_postgresql_writes_deleted_rows_out_itself(place: Place) -> None:
    copied = carried(place, "delete", "id = 2")[0].pieces
    assert bool(copied) is (place.schema.engine == "postgresql")


def test_what_others_wrote_since_is_kept(place: Place) -> None:
    taken = carried(place, "delete", "id in (2, 3)")
    place.execute(f"INSERT INTO things (id, word) {place.overriding} VALUES (3, 'somebody else')")
    assert put_back(place, taken) == Restored(1, 1)
    assert put_back(place, taken) == Restored(0, 2)
    assert place.rows_where("word = 'somebody else'") == [3]


def test_a_row_more_or_less_than_was_kept_is_told(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "send", lambda connection, write: images.send(connection, write) + 1)
    with pytest.raises(Raced):
        carried(place, "change")
