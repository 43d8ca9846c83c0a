"""A turn: a process of its own that tries some hundred seeds on one engine, kills some runs, and tells how it goes."""

from __future__ import annotations

import gc
import signal
import time
import traceback
from dataclasses import dataclass
from multiprocessing.connection import Connection

from tests.soak.kills import kill_trial, small_batches
from tests.soak.trial import new_store, product_on, trial

CASES = 500  # then a fresh process, against growing memory
KILL_EVERY = 40  # cases; then one is also carried out by a process that is killed
TELL_SECONDS = 2.0


@dataclass(frozen=True)
class Task:
    """What one turn does: seeds from `first`, until `count` are done or the clock (time.monotonic) says `until`."""

    engine: str
    first: int
    until: float
    count: int = CASES


@dataclass
class News:
    """What was done since the last word."""

    engine: str
    cases: int = 0
    undone: int = 0
    explained: int = 0
    killed: int = 0  # trials with a kill
    kills: int = 0  # processes that died in them
    seconds: float = 0.0
    faults: tuple[str, ...] = ()
    broken: str = ""  # the turn itself failed


def turn(task: Task, wire: Connection) -> None:
    """Run the task; News go over the wire."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # ctrl-C is for the parent
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)  # expression trees come and go by the ten thousands
    small_batches()
    try:
        with new_store(task.engine) as url:
            _tries(task, url, wire)
    except Exception:
        wire.send(News(task.engine, broken=traceback.format_exc()[-3_000:]))
    finally:
        wire.close()


def _tries(task: Task, url: str, wire: Connection) -> None:
    news, began, small = News(task.engine), time.monotonic(), True
    with product_on(url) as product:
        assert product.loader is not None
        for seed in range(task.first, task.first + task.count):
            told = trial(product, task.engine, seed, small=small)
            news.cases += 1
            news.undone += told.undone
            news.explained += told.explained
            if told.fault:
                news.faults, small = (told.fault,), False  # one is made small, the others are only counted
            elif seed % KILL_EVERY == KILL_EVERY // 2:
                kills, fault = kill_trial(url, product.loader, task.engine, seed)
                news.killed += 1
                news.kills += kills
                news.faults = (fault.text,) if fault else ()
            now = time.monotonic()
            if now - began > TELL_SECONDS or news.faults:
                news.seconds = now - began
                wire.send(news)
                news, began = News(task.engine), now
            if now > task.until:
                break
        news.seconds = time.monotonic() - began
        wire.send(news)
