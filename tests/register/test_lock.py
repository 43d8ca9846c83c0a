"""One run at a time on a store, across processes, and no lock that outlives its process."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from tests.support import children
from tillit.model.errors import RegisterError
from tillit.register.database import open_register
from tillit.register.lock import store_lock

HOLDER = """
    import sys
    from tillit.register.database import open_register
    from tillit.register.lock import store_lock
    engine = open_register(sys.argv[1])
    with store_lock(engine, "crm"):
        print("held", flush=True)
        sys.stdin.readline()
    print("let go", flush=True)
    sys.stdin.readline()
"""


def take(register: object, store: str = "crm") -> None:
    with store_lock(register, store):  # type: ignore[arg-type]
        pass


def test_a_second_run_is_refused_until_the_first_is_done(register, register_url):
    child = children.start(HOLDER, register_url)
    assert child.stdout is not None
    assert child.stdin is not None
    assert child.stdout.readline() == "held\n"
    with pytest.raises(RegisterError, match="another run is at work on crm") as refused:
        take(register)
    if register.dialect.name == "sqlite":
        assert str(child.pid) in refused.value.what
    take(register, "shop/ändå")
    child.stdin.write("\n")
    child.stdin.flush()
    assert child.stdout.readline() == "let go\n"
    take(register)
    children.finish(child)


def test_a_killed_run_lets_go(register, register_url):
    child = children.start(HOLDER, register_url)
    assert child.stdout is not None
    assert child.stdout.readline() == "held\n"
    child.kill()
    children.killed(child)
    take_when_free(register)


def take_when_free(register: object) -> None:
    """A server notices a bit later than the kernel that its client is gone."""
    import time

    until = time.monotonic() + 10
    while True:
        try:
            return take(register)
        except RegisterError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)


def test_it_is_not_reentrant_and_is_let_go_on_an_exception(register):
    with ExitStack() as stack:
        stack.enter_context(store_lock(register, "crm"))
        with pytest.raises(RegisterError, match="another run"):
            take(register)
    with pytest.raises(KeyError), store_lock(register, "crm"):
        raise KeyError
    take(register)


def test_an_error_of_the_run_passes_as_it_is(register):
    with pytest.raises(FileNotFoundError), store_lock(register, "crm"):
        raise FileNotFoundError


@pytest.mark.parametrize("store", ["open", "opening", ".", "opening.lock"])
def test_no_name_of_a_store_hinders_opening_the_register(register, register_url, store):
    with store_lock(register, store):
        open_register(register_url).dispose()
