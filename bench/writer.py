"""Somebody else at work in the same database: a small transaction at a steady rate, and how long each one took.

Run as `python -m bench.writer URL PEOPLE RATE`; ends when standard input closes, and prints [start, seconds] pairs.
What it writes is left out of the comparison of end states: new rows have high keys, and of others it changes
`orders.total` alone.
A transaction that the engine refuses (a deadlock) is lost and counted.
"""

from __future__ import annotations

import json
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import sqlalchemy as sa

from bench.data import WRITTEN_FROM

RATE = 100  # transactions a second


@dataclass
class Latencies:
    """(monotonic start, seconds) of each transaction, and when the sweep began."""

    pairs: list[tuple[float, float]] = field(default_factory=list)
    began: float = 0.0
    ended: float = 0.0
    lost: int = 0

    @property
    def undisturbed(self) -> float:
        """The 99th percentile before the sweep, in milliseconds."""
        return p99([took for start, took in self.pairs if start < self.began])

    @property
    def during(self) -> float:
        """The 99th percentile while it ran, in milliseconds."""
        return p99([took for start, took in self.pairs if self.began <= start <= self.ended])


def p99(seconds: Sequence[float]) -> float:
    """In milliseconds; nan of nothing."""
    ordered = sorted(seconds)
    return 1000 * ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)] if ordered else float("nan")


@contextmanager
def writing(url: str, people: int, warm_up: float) -> Iterator[Latencies]:
    """A writer beside what runs inside; it has written alone for `warm_up` seconds before."""
    command = [sys.executable, "-m", "bench.writer", url, str(people), str(RATE)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    found = Latencies()
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdout.readline()  # it is connected
        time.sleep(warm_up)
        found.began = time.monotonic()
        yield found
        found.ended = time.monotonic()
        process.stdin.close()
        told = json.loads(process.stdout.read())
        found.lost, found.pairs = told["lost"], [(start, took) for start, took in told["pairs"]]
        process.wait(30)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        process.stdout.close()


def main() -> None:
    """Write until nobody listens."""
    url, people, rate = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    engine = sa.create_engine(url)
    pairs: list[tuple[float, float]] = []
    with engine.connect() as connection:
        print("ready", flush=True)
        due, number, lost = time.monotonic(), 0, 0
        while not select.select([sys.stdin], [], [], max(0.0, due - time.monotonic()))[0]:
            begun = time.monotonic()
            try:
                _transaction(connection, people, number)
            except sa.exc.OperationalError:
                lost += 1
            pairs.append((begun, time.monotonic() - begun))
            number += 1
            due = max(due + 1 / rate, time.monotonic())
    print(json.dumps({"pairs": pairs, "lost": lost}))


def _transaction(connection: sa.Connection, people: int, number: int) -> None:
    key, who = WRITTEN_FROM + number, number * 7919 % people + 1
    moment = "2026-11-23 12:00:00"
    at = connection.dialect.identifier_preparer.quote("at")
    with connection.begin():
        for table in ("page_views", "logins"):
            values = f"(id, customer_id, ip, {at}) VALUES ({key}, {who}, '10.0.0.1', '{moment}')"
            connection.exec_driver_sql(f"INSERT INTO {table} {values}")
        order = number * 104729 % (people * 4) + 1
        connection.exec_driver_sql(f"UPDATE orders SET total = total + 1 WHERE id = {order}")


if __name__ == "__main__":
    main()
