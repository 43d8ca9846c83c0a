"""Encryption, on the way to the stores and where they lie: what a server tells of itself (Art. 32(1)(a) GDPR)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tillit.checks.asks import Answers, Ask, Connected, Connection, Refused
from tillit.checks.case import Case, Kind, several
from tillit.checks.verdict import Evidence, Place, State
from tillit.model.policy import Policy

Verdict = tuple[State, str, str]
"""State, sentence, remedy."""


def asks(case: Case) -> tuple[Ask, ...]:
    return tuple(Connection(bound.store.name) for bound in case.bounds)


def in_transit(_: Case, store: str, seen: Connected) -> Verdict:
    """Broken: a connection over a network without TLS, ours or somebody else's."""
    if seen.plain_clients:
        return State.BROKEN, f"{several(seen.plain_clients, 'connection')} to {store} over a network without TLS.", TLS
    if seen.tls:
        return State.PROVEN, f"The connection to {store} is encrypted ({seen.tls}).", ""
    if seen.engine == "sqlite":
        return State.UNPROVEN, f"{store} is a file: there is no connection to look at.", "`tillit attest`"
    if seen.local:
        says = f"{store} is reached within this machine, without TLS; how others reach it is not seen."
        return State.UNPROVEN, says, "run the check from where the data is used, or `tillit attest`"
    if seen.tls is None:
        return State.UNPROVEN, f"The server of {store} does not tell.", "`tillit attest`"
    return State.BROKEN, f"The connection to {store} goes over a network without TLS.", TLS


TLS = "let the server refuse connections without TLS, and ask for it in the URL"


def at_rest(case: Case, store: str, seen: Connected) -> Verdict:
    """Broken: said to be encrypted by its engine, and the engine says that it is not."""
    said = case.looks.stores[store].encrypted_by if store in case.looks.stores else ""
    if seen.at_rest:
        return State.PROVEN, f"The engine of {store} says that its files are encrypted.", ""
    if said == "engine" and seen.at_rest is False:
        says = f"{store} is said to be encrypted by its engine, and the engine says that it is not."
        return State.BROKEN, says, "turn the engine's encryption on, or encrypt the disk and say so"
    own = "does not encrypt its files" if seen.at_rest is False else "does not tell"
    says = f"The engine of {store} {own}; whether its disk is encrypted cannot be seen from here."
    return State.UNPROVEN, says, "`tillit attest` that the disk is encrypted"


def _judge(kind: str, measure: str, verdict: Callable[[Case, str, Connected], Verdict]) -> Kind:
    def judge(case: Case, answers: Answers) -> tuple[Evidence, ...]:
        return tuple(_one(case, bound.store.name, answers[Connection(bound.store.name)]) for bound in case.bounds)

    def _one(case: Case, store: str, answer: object) -> Evidence:
        if not isinstance(answer, Connected):
            why = answer.why if isinstance(answer, Refused) else "it was not looked at"
            return case.evidence(kind, State.UNPROVEN, f"{store}: {why}.", subject=store)
        state, says, remedy = verdict(case, store, answer)
        count = (answer.plain_clients or 1) if state is State.BROKEN else 0
        places = (Place(store, count=count, note=says),) if state is State.BROKEN else ()
        return case.evidence(
            kind, state, says, subject=store, count=count, looked=f"what the server of {store} tells of itself",
            query=answer.query, places=places, remedy=remedy,
        )  # fmt: skip

    def entries(policy: Policy) -> Iterator[tuple[str, str]]:
        for one in policy.security.values():
            if one.kind == measure:
                yield one.clause, f"security.{one.name}"

    title = "Data is encrypted when it is sent" if verdict is in_transit else "Data is encrypted where it lies"
    return Kind(kind, title, judge, asks, entries)


IN_TRANSIT = _judge("encryption_in_transit", "encryption_in_transit", in_transit)
AT_REST = _judge("encryption_at_rest", "encryption_at_rest", at_rest)
