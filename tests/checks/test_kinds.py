"""Each kind of check on real stores: a clean one is proven, or said to be unproven; a planted violation is found."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from tests.checks.clinic import NOW, Clinic
from tillit.checks.kinds import KINDS
from tillit.checks.verdict import State
from tillit.register.database import writing
from tillit.register.requests import RequestState, receive_request, set_request_state

PROVEN, BROKEN, UNPROVEN = {State.PROVEN}, {State.BROKEN}, {State.UNPROVEN}


def test_a_clean_clinic(clinic: Clinic):
    seen = clinic.check()
    assert [e.says for e in seen.evidence if e.state is State.BROKEN] == []
    assert seen.findings == 0
    states = {kind: {e.state for e in seen.evidence if e.kind == kind} for kind in KINDS}
    assert {kind for kind, found in states.items() if found == PROVEN} >= {
        "drift", "card_numbers", "individual_segments", "password_storage", "opt_out", "sources_told",
    }  # fmt: skip
    assert states["encryption_at_rest"] == UNPROVEN
    assert all(e.says and e.looked for e in seen.evidence if e.state is State.PROVEN)
    assert all(e.digest == seen.digest and e.at == NOW for e in seen.evidence)


@pytest.mark.parametrize(
    "value",
    [
        "Card 4111 1111 1111 1111 exp 12/27",
        "5555555555554444",
        "<3782-822463-10005>",
        "x\n4242\u00a04242\u00a04242\u00a04242",
    ],
)
def test_a_card_number_in_a_note(clinic: Clinic, value: str):
    clinic.execute("UPDATE patients SET note = '" + value.replace("'", "''") + "' WHERE id = 2")
    (seen,) = clinic.seen("card_numbers")
    assert (seen.state, seen.count) == (State.BROKEN, 1)
    assert [p.name for p in seen.places if p.count] == ["clinic.patients.note"]
    assert "4111" not in repr(seen)


def test_a_card_number_as_a_number(clinic: Clinic):
    clinic.execute("INSERT INTO counters VALUES (2, 4012888888881881)")
    (seen,) = clinic.seen("card_numbers")
    assert [(p.name, p.count) for p in seen.places] == [("clinic.counters.serial", 1)]


def test_numbers_as_right_as_chance_would_have_it(clinic: Clinic):
    rows = ", ".join(f"({n}, {4000123400000000 + n * 7919})" for n in range(10, 600))
    clinic.execute(f"INSERT INTO counters VALUES {rows}")
    (seen,) = clinic.seen("card_numbers")
    assert seen.state is State.UNPROVEN
    assert "chance" in seen.says


def test_a_password_in_plain_text(clinic: Clinic):
    clinic.execute("UPDATE patients SET password = 'Sommar2026' WHERE id = 1")
    clinic.execute("UPDATE patients SET password = '5f4dcc3b5aa765d61d8327deb882cf99' WHERE id = 2")
    (seen,) = clinic.seen("password_storage")
    assert (seen.state, seen.count) == (State.BROKEN, 2)
    assert "1 cell that is no hash and 1 bare digest" in seen.places[0].note
    assert "Sommar" not in repr(seen)


def test_a_password_where_nobody_looks_for_one(clinic: Clinic):
    clinic.execute(
        "ALTER TABLE sends ADD COLUMN smtp_password VARCHAR(40)", "UPDATE sends SET smtp_password = 'hunter2'"
    )
    (seen,) = clinic.seen("password_storage")
    assert [(p.name, p.count) for p in seen.places] == [("clinic.sends.smtp_password", 3)]


def test_without_passwords_nothing_is_proven(clinic: Clinic):
    clinic.execute("UPDATE patients SET password = NULL")
    assert clinic.states("password_storage") == UNPROVEN


def test_a_small_segment(clinic: Clinic):
    assert clinic.states("individual_segments") == PROVEN
    clinic.execute("UPDATE " + _quoted(clinic, "groups") + " SET members = 19 WHERE name = 'south'")
    (seen,) = clinic.seen("individual_segments")
    assert (seen.state, seen.count) == (State.BROKEN, 1)


def test_a_segment_of_single_people(clinic: Clinic):
    clinic.edit(
        "checks.yaml", "table: groups, group: name, size: members", "table: members, group: segment, person: patient_id"
    )
    assert clinic.states("individual_segments") == PROVEN  # it is empty
    clinic.execute("INSERT INTO members VALUES ('north', 1), ('north', 2)")
    assert clinic.states("individual_segments") == BROKEN


def test_a_segment_beside_a_person(clinic: Clinic):
    clinic.execute("ALTER TABLE patients ADD COLUMN segment VARCHAR(20)")
    seen = clinic.seen("individual_segments")
    assert [p.name for e in seen if e.state is State.BROKEN for p in e.places] == ["clinic.patients.segment"]


def test_a_letter_after_an_opt_out(clinic: Clinic):
    assert clinic.states("opt_out") == PROVEN
    clinic.execute("INSERT INTO sends VALUES (' LINNEA.berg@example.com', 'news', '2026-06-01 10:00:00')")
    (seen,) = clinic.seen("opt_out")
    assert (seen.state, seen.count) == (State.BROKEN, 1)
    assert "linnea" not in repr(seen).lower()


def test_without_an_opt_out_nothing_is_proven(clinic: Clinic):
    clinic.execute("UPDATE patients SET opted_out_at = NULL")
    assert clinic.states("opt_out") == UNPROVEN


def test_a_letter_after_an_opt_out_in_another_store(clinic: Clinic):
    other = (clinic.folder / "stores" / "clinic.yaml").read_text(encoding="utf-8")
    text = other.replace("store: clinic", "store: other").replace("env:CLINIC_URL", "env:OTHER_URL")
    (clinic.folder / "stores" / "other.yaml").write_text(text, encoding="utf-8")
    clinic.edit("checks.yaml", "opt_outs: [{store: clinic", "opt_outs: [{store: other")
    assert clinic.states("opt_out") == PROVEN
    clinic.execute("INSERT INTO sends VALUES ('linnea.berg@example.com', 'news', '2026-06-01 10:00:00')")
    (seen,) = clinic.seen("opt_out")
    assert (seen.state, seen.count) == (State.BROKEN, 1)


def test_who_never_answers_is_listed_and_the_list_approved(clinic: Clinic):
    from tillit.service.attest import attest

    (seen,) = clinic.seen("unresponsive")
    assert (seen.state, seen.count) == (State.UNPROVEN, 0)
    for address in ("erik.ek@example.com", "silent@example.com"):
        for month in ("07", "08", "09"):
            clinic.execute(f"INSERT INTO sends VALUES ('{address}', 'news', '2026-{month}-01 10:00:00')")
    (seen,) = clinic.seen("unresponsive")
    assert (seen.state, seen.count) == (State.UNPROVEN, 1)  # Erik has answered
    with clinic.opened() as (project, memory, _):
        attest(project, memory, "5", NOW, by="Dana")
    assert clinic.states("unresponsive") == PROVEN
    later = clinic.check("unresponsive", now=datetime(2027, 6, 23, 12, tzinfo=UTC))
    assert {e.state for e in later.evidence if e.kind == "unresponsive"} == {State.STALE}


@pytest.mark.parametrize("told", ["NULL", "'2026-02-27'"])
def test_somebody_who_was_told_late(clinic: Clinic, told: str):
    assert clinic.states("sources_told") == PROVEN
    clinic.execute(f"UPDATE patients SET obtained = '2026-01-02', told = {told} WHERE id = 2")
    (seen,) = clinic.seen("sources_told")
    assert (seen.state, seen.count) == (State.BROKEN, 1)


@pytest.mark.parametrize(
    "row", ["('a broker', 'contact.email', 'visits')", "('host', 'payment', 'visits')", "('host', 'notes', 'letters')"]
)
def test_a_disclosure_that_is_not_declared(clinic: Clinic, row: str):
    assert clinic.states("recipients") == PROVEN
    clinic.execute(f"INSERT INTO disclosures VALUES {row}")
    broken = [e for e in clinic.seen("recipients") if e.state is State.BROKEN]
    assert [(e.subject, e.count) for e in broken] == [("clinic.disclosures", 1)]
    assert "broker" not in repr(broken)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("agreement: DPA-1", "agreement: unknown", "no agreement"),
        ("reviewed: 2026-06-01", "reviewed: 2025-06-01", "was due on 2026-06-01"),
        ("agreed: 2025-01-01", "agreed: 2027-01-01", "only begins"),
        ("role: processor\n    country: SE", "role: processor\n    country: [SE, US]", "no safeguard for US"),
    ],
)
def test_a_recipient_without(small: Clinic, old: str, new: str, says: str):
    small.edit("policy.yaml", old, new)
    (broken,) = [e for e in small.seen("recipients") if e.state is State.BROKEN]
    assert says in broken.says
    assert broken.by == "recipients.host"


def test_a_column_that_nobody_declared(clinic: Clinic):
    assert clinic.states("drift") == PROVEN
    clinic.execute("ALTER TABLE patients ADD COLUMN phone VARCHAR(20)")
    (seen,) = clinic.seen("drift")
    assert [p.name for p in seen.places] == ["clinic.patients.phone"]
    assert clinic.check("drift").findings == 1


def test_a_store_in_another_country(small: Clinic):
    assert small.states("storage_place") == UNPROVEN  # a file tells no country
    small.edit("stores/clinic.yaml", "country: SE", "country: US")
    assert small.states("storage_place") == BROKEN


def test_requests_in_time_and_late(small: Clinic):
    assert small.states("requests_in_time") == UNPROVEN
    day = datetime(2026, 9, 1, tzinfo=UTC)
    with small.opened() as (_, memory, _stores), writing(memory.register) as conn:
        one = receive_request(conn, "access", day, datetime(2026, 10, 1, tzinfo=UTC), "Dana")
        set_request_state(conn, one, RequestState.ANSWERED, datetime(2026, 9, 20, tzinfo=UTC))
    assert small.states("requests_in_time") == PROVEN
    with small.opened() as (_, memory, _stores), writing(memory.register) as conn:
        receive_request(conn, "erasure", day, datetime(2026, 10, 1, tzinfo=UTC), "Dana")
    assert [(e.subject, e.state) for e in small.seen("requests_in_time")] == [
        ("", State.BROKEN), ("access", State.PROVEN), ("erasure", State.BROKEN),
    ]  # fmt: skip


def test_a_role_that_nobody_authorised(pg_url: str, tmp_path):
    from tests.checks.clinic import new_clinic

    clinic = new_clinic(tmp_path / "project", pg_url)
    assert clinic.states("access_grants") == UNPROVEN
    with (clinic.folder / "checks.yaml").open("a", encoding="utf-8") as file:
        file.write("access: {clinic: {" + ", ".join(f"{role}: all" for role in _superusers(pg_url)) + "}}\n")
    assert clinic.states("access_grants") == PROVEN
    role = "d_reader_" + str(sa.make_url(pg_url).database)[-12:]
    clinic.execute(f"CREATE ROLE {role} LOGIN", f"GRANT SELECT ON patients TO {role}")
    try:
        (seen,) = clinic.seen("access_grants")
        assert (seen.state, seen.count) == (State.BROKEN, 1)
        clinic.edit("checks.yaml", "access: {clinic: {", f"access: {{clinic: {{{role}: [letters], ")
        assert clinic.states("access_grants") == BROKEN  # patients serves visits, not letters
        clinic.edit("checks.yaml", f"{role}: [letters]", f"{role}: [visits]")
        assert clinic.states("access_grants") == PROVEN
    finally:
        clinic.execute(f"DROP OWNED BY {role}", f"DROP ROLE {role}")


def test_mariadb_grants_are_seen_or_said_not_to_be(mariadb_url: str, tmp_path):
    from tests.checks.clinic import new_clinic

    clinic = new_clinic(tmp_path / "project", mariadb_url)
    with (clinic.folder / "checks.yaml").open("a", encoding="utf-8") as file:
        file.write("access: {clinic: {nobody: all}}\n")
    (seen,) = clinic.seen("access_grants")
    assert seen.state is State.BROKEN or "SELECT on the database mysql" in seen.says


def test_sqlite_has_no_grants(small: Clinic):
    (seen,) = small.seen("access_grants")
    assert seen.state is State.UNPROVEN
    assert "no grants" in seen.says


def _superusers(url: str) -> list[str]:
    engine = sa.create_engine(url)
    with engine.connect() as conn:
        query = "SELECT rolname FROM pg_roles WHERE rolcanlogin "
        query += "AND (rolsuper OR pg_has_role(oid, 'pg_read_all_data', 'MEMBER'))"
        found = [row[0] for row in conn.execute(sa.text(query))]
    engine.dispose()
    return found


def _quoted(clinic: Clinic, name: str) -> str:
    return f"`{name}`" if clinic.url.startswith("mysql") else f'"{name}"'
