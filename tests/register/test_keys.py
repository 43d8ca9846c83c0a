"""The key folder: made once, closed to others, and undo keys that are gone when they are destroyed."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from tests.support import children
from tillit.model.errors import RegisterError
from tillit.model.standing import Person
from tillit.register import keys

RUN = UUID(int=5)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = keys.key_folder(tmp_path / "register.sqlite")
    keys.create_keys(place)
    return place


def test_folders_and_files_are_for_the_owner_only(tmp_path):
    before = os.umask(0)
    try:
        keys.create_keys(tmp_path / "deep" / "keys")
        keys.new_undo_key(tmp_path / "deep" / "keys", RUN)
    finally:
        os.umask(before)
    found = list((tmp_path / "deep" / "keys").rglob("*"))
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in found}
    assert modes == {
        "hmac": 0o700, "undo": 0o700, "signing.pem": 0o600, "journal.key": 0o600, "suppression.key": 0o600,
        f"{RUN}.key": 0o600,
    }  # fmt: skip


def test_keys_are_made_once(folder):
    signing, journal = keys.signing_key(folder), keys.hmac_key(folder, "journal")
    keys.create_keys(folder, ("journal", "replay"))
    assert keys.signing_key(folder).private_bytes_raw() == signing.private_bytes_raw()
    assert keys.hmac_key(folder, "journal") == journal
    assert len({journal, keys.hmac_key(folder, "suppression"), keys.hmac_key(folder, "replay")}) == 3


@pytest.mark.parametrize("name", ["signing.pem", "hmac/journal.key"])
@pytest.mark.parametrize(
    ("harm", "why"),
    [
        (Path.unlink, "missing"),
        (lambda path: path.write_bytes(b"short"), "damaged"),
        (lambda path: path.chmod(0o640), "read by others"),
    ],
)
def test_a_key_that_is_not_right_is_told_and_never_made_anew(folder, name, harm, why):
    harm(folder / name)
    read = keys.signing_key if name == "signing.pem" else lambda place: keys.hmac_key(place, "journal")
    with pytest.raises(RegisterError, match=why):
        read(folder)


def test_a_keyed_hash_needs_the_key_and_tells_people_apart(folder):
    key = keys.hmac_key(folder, "journal")
    anna = Person("crm", "contacts", (1,))
    hashes = {
        keys.person_hash(key, anna),
        keys.person_hash(key, Person("crm", "contacts", ("1",))),
        keys.person_hash(key, Person("shop", "contacts", (1,))),
        keys.person_hash(keys.hmac_key(folder, "suppression"), anna),
    }
    assert len(hashes) == 4
    assert keys.person_hash(key, anna) in hashes
    with pytest.raises(ValueError, match="purpose"):
        keys.hmac_key(folder, "../signing")


def test_an_undo_key_lives_until_it_is_destroyed(folder):
    other = keys.new_undo_key(folder, uuid4())
    key = keys.new_undo_key(folder, RUN)
    assert len(key) == 32
    assert key != other
    assert keys.undo_key(folder, RUN) == key
    assert RUN in keys.undo_keys(folder)
    with pytest.raises(RegisterError, match="already has"):
        keys.new_undo_key(folder, RUN)
    assert keys.destroy_undo_key(folder, RUN)
    assert not keys.destroy_undo_key(folder, RUN)
    assert RUN not in keys.undo_keys(folder)
    assert len(keys.undo_keys(folder)) == 1
    with pytest.raises(RegisterError, match="destroyed or missing"):
        keys.undo_key(folder, RUN)


def test_destroying_overwrites_before_it_unlinks(folder):
    key = keys.new_undo_key(folder, RUN)
    with (folder / "undo" / f"{RUN}.key").open("rb") as kept_open:
        keys.destroy_undo_key(folder, RUN)
        assert kept_open.read() not in (key, b"")


def test_processes_that_make_keys_at_once_agree(tmp_path):
    script = """
        import sys
        from pathlib import Path
        from tillit.register import keys
        print("ready", flush=True)
        sys.stdin.readline()
        for number in range(20):
            folder = Path(sys.argv[1]) / str(number)
            keys.create_keys(folder)
            print(keys.signing_key(folder).private_bytes_raw().hex(), keys.hmac_key(folder, "journal").hex())
    """
    makers = [children.start(script, tmp_path) for _ in range(2)]
    for child in makers:
        assert child.stdout is not None
        child.stdout.readline()
    for child in makers:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    one, other = [children.finish(child) for child in makers]
    assert one == other
    assert len(set(one.splitlines())) == 20
    assert not list(tmp_path.rglob(".*"))


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "keys").write_text("in the way")
    with pytest.raises(RegisterError):
        keys.create_keys(tmp_path / "keys")
