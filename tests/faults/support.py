"""A shop, and something that happens to a run of it at a named point; then what must be true again."""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from tests.run.shop import NOW, Shop
from tests.run.test_recover import erased, forget_again, settled, sweep_again, undo_everything
from tillit.model.errors import TillitError
from tillit.run import killpoint
from tillit.service.forget import Ask, forget
from tillit.service.sweep import sweep

LINNEA = "shop.contacts=1"
SWEEP_POINTS = (
    "started", "sealed", "intended", "sent", "committed", "receipted",
    "sealed:2", "intended:2", "sent:2", "committed:2", "receipted:2",
)  # fmt: skip
FORGET_POINTS = ("requested", "started", "sealed", "intended", "sent", "sent:3", "committed", "receipted",
                 "erased")  # fmt: skip
UNDO_POINTS = ("protected", "restored", "told", "restored:2", "told:2")


@contextmanager
def at(point: str, do: Callable[[], object]) -> Iterator[list[str]]:
    """`do` is called at a named point of the run, where a kill would be; the list tells whether it was."""
    came: list[str] = []

    def kill(_process: int, _signal: int) -> None:
        came.append(point)
        do()

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TILLIT_KILLPOINT", point)
        patch.setattr(killpoint, "_passed", {})
        patch.setattr(killpoint, "os", SimpleNamespace(environ=os.environ, getpid=os.getpid, kill=kill))
        yield came


def ctrl_c() -> None:
    """A real SIGINT, whatever the test runner made of the signal."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        os.kill(os.getpid(), signal.SIGINT)
        signal.pause()
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """No file of this process grows beyond `size` bytes: as on a full disk, a write ends with an error."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def swept(shop: Shop) -> None:
    with shop.opened() as (project, memory, stores):
        sweep(project, memory, stores, NOW, by="Dana", approve_it=True)


def forgotten(shop: Shop) -> None:
    with shop.opened() as (project, memory, stores):
        forget(project, memory, stores, Ask({}, also=(LINNEA,)), NOW, vouched_by="Dana")


def fails(work: Callable[[Shop], object], shop: Shop) -> TillitError:
    """The error that the run ends with: one of ours, with a remedy."""
    with pytest.raises(TillitError) as caught:
        work(shop)
    assert caught.value.what
    assert caught.value.remedy
    return caught.value


def sweep_converges(shop: Shop, before: dict[str, list[tuple[object, ...]]]) -> None:
    """Running again ends where an undisturbed sweep does, and all of it can be put back."""
    sweep_again(shop)
    after = shop.rows()
    dead = {"invoices": {21}, "logins": {31, 32, 33}}
    assert after == {t: [r for r in rows if r[0] not in dead.get(t, set())] for t, rows in before.items()}
    settled(shop)
    undo_everything(shop)
    assert shop.rows() == before
    settled(shop)


def erasure_converges(shop: Shop, before: dict[str, list[tuple[object, ...]]]) -> None:
    """Asking again ends where an undisturbed erasure does, and all of it can be put back."""
    assert shop.rows() in (before, erased(before))
    forget_again(shop)
    assert shop.rows() == erased(before)
    settled(shop)
    undo_everything(shop)
    assert shop.rows() == before
    settled(shop)
