"""The policy and the map that are measured, bound to a database, and what stands for the people who leave."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from bench.data import NOW
from tillit.connectors.sql.schema import read_schema
from tillit.decide.bind import bind
from tillit.decide.plan import plan
from tillit.model.bound import BoundStore
from tillit.model.plan import Plan
from tillit.model.policy import Policy
from tillit.model.standing import Person, Standing
from tillit.policy.parse import parse_all

_HERE = Path(__file__).parent
ENDED = NOW
ENDS = ("service", "support", "security", "analytics", "newsletter")  # by a request for erasure: all but the law's


@dataclass(frozen=True)
class Promises:
    """The policy, and the map bound to one database."""

    policy: Policy
    bound: BoundStore

    def sweep(self) -> Plan:
        """Of everything."""
        return plan(self.bound, self.policy, NOW)

    def erase(self, keys: tuple[int, ...]) -> Plan:
        """Of the customers with these keys."""
        return plan(self.bound, self.policy, NOW, frozenset(person(key) for key in keys))


def promises(engine: Engine) -> Promises:
    """Read, parse and bind: once a database, outside what is measured."""
    texts = [(name, (_HERE / name).read_text(encoding="utf-8")) for name in ("policy.yaml", "shop.yaml")]
    policy, (store,) = parse_all(texts[0], texts[1:])
    return Promises(policy, bind(store, read_schema(engine), policy))


def person(key: int) -> Person:
    """A customer as a person."""
    return Person("shop", "customers", (key,))


def standing(key: int) -> Standing:
    """Of a customer who has asked for erasure."""
    return Standing(person(key), ended=dict.fromkeys(ENDS, ENDED))


def leavers(people: int, number: int) -> tuple[int, ...]:
    """`number` customers from all over the table."""
    step = max(1, people // number)
    return tuple(1 + i * step + i % 2 for i in range(number))
