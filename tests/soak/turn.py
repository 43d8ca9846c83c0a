"""A turn: a process of its own that tries some dozen seeds on one engine, kills some runs, and tells how it goes."""

from __future__ import annotations

import gc
import secrets
import signal
import time
import traceback
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

from tests.soak.kills import KILL_EVERY, Kills, kill_trial, small_batches
from tests.soak.trial import new_store, product_on, trial
from tests.support import servers

CASES = 60  # then a fresh process: nothing is collected in this one, which saves a tenth of its time
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
    kills: Kills = field(default_factory=Kills)
    seconds: float = 0.0
    faults: tuple[str, ...] = ()
    broken: str = ""  # the turn itself failed


def turn(task: Task, wire: Connection) -> None:
    """Run the task; News go over the wire."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # ctrl-C is for the parent
    gc.disable()  # expression trees come and go by the ten thousands; they go with the process
    servers._run = secrets.token_hex(3)  # names of databases: this process was forked from one that has drawn its own
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
                news.kills = kill_trial(url, product.loader, task.engine, seed)
                news.faults = (news.kills.fault,) if news.kills.fault else ()
            now = time.monotonic()
            if now - began > TELL_SECONDS or news.faults or news.kills.trials:
                news.seconds = now - began
                wire.send(news)
                news, began = News(task.engine), now
            if now > task.until:
                break
        news.seconds = time.monotonic() - began
        wire.send(news)
