"""Where data lies: what the policy declares, what the maps say, and what the server's address tells."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tillit.checks.asks import Answers, Ask, Connected, Connection, Refused
from tillit.checks.case import Case, Kind, listed
from tillit.checks.verdict import Evidence, Place, State
from tillit.law.packs import eea
from tillit.model.policy import Policy

# Names of regions in the addresses of clouds -> country. Amazon Web Services, Google Cloud, Microsoft Azure.
REGIONS = {
    "eu-north-1": "SE", "eu-west-1": "IE", "eu-west-2": "GB", "eu-west-3": "FR", "eu-central-1": "DE",
    "eu-central-2": "CH", "eu-south-1": "IT", "eu-south-2": "ES", "us-east-1": "US", "us-east-2": "US",
    "us-west-1": "US", "us-west-2": "US", "ca-central-1": "CA", "ap-northeast-1": "JP", "ap-southeast-1": "SG",
    "ap-southeast-2": "AU", "ap-south-1": "IN", "sa-east-1": "BR",
    "europe-north1": "FI", "europe-west1": "BE", "europe-west3": "DE", "europe-west4": "NL", "us-central1": "US",
    "swedencentral": "SE", "westeurope": "NL", "northeurope": "IE", "germanywestcentral": "DE", "eastus": "US",
}  # fmt: skip
_REGION = re.compile(rf"(?:^|[.-])({'|'.join(REGIONS)})(?=[.-]|$)")


def observed(host: str) -> str:
    """The country that an address tells by itself; empty where it tells none."""
    found = _REGION.search(host.lower())
    return REGIONS[found[1]] if found else ""


def within(country: str, declared: tuple[str, ...]) -> bool:
    """Whether a country is one of those declared; `EEA` stands for its members."""
    return country in declared or ("EEA" in declared and country in eea())


def asks(case: Case) -> tuple[Ask, ...]:
    return tuple(Connection(bound.store.name) for bound in case.bounds)


def judge(case: Case, answers: Answers) -> tuple[Evidence, ...]:
    """One verdict a store."""
    return tuple(_store(case, n, answers[ask]) for n, ask in enumerate(asks(case)))


def _store(case: Case, number: int, answer: object) -> Evidence:
    store = case.bounds[number].store
    name = case.looks.stores[store.name].place if store.name in case.looks.stores else ""
    place = case.policy.storage.get(name)
    by = f"storage.{name}" if place else ""
    if place is None:
        return case.evidence(
            "storage_place", State.UNPROVEN, f"Nothing says which place of storage {store.name} is.",
            subject=store.name, remedy=f"write `stores: {{{store.name}: {{place: ...}}}}` in checks.yaml",
        )  # fmt: skip
    told = observed(answer.host) if isinstance(answer, Connected) else ""
    faults = [] if within(store.country, place.country) else [f"its map says {store.country}"]
    faults += [f"the server's address says {told}"] if told and not within(told, place.country) else []
    faults += [f"its address says {told} and its map {store.country}"] if told and told != store.country else []
    faults += _elsewhere(case, number, place.data, place.name)
    declared = listed(place.country)
    state = State.BROKEN if faults else State.PROVEN if told else State.UNPROVEN
    says = f"{store.name} is declared to lie in {declared}, but {'; '.join(faults)}."
    if not faults:
        says = f"{store.name} lies in {declared}, as declared"
        says += f": its address is in {told}." if told else " in policy and map; its address does not tell where it is."
    unread = (Place(store.name, note=answer.why),) if isinstance(answer, Refused) else ()
    return case.evidence(
        "storage_place", state, says, clause=place.clause, by=by, subject=store.name, count=len(faults), unread=unread,
        looked="the policy, the map, and the address of the server", query="the region in the server's name",
        remedy="move it, or mend the policy" if faults else "" if told else "`tillit attest` where it stands",
    )  # fmt: skip


def _elsewhere(case: Case, number: int, declared: tuple[str, ...], place: str) -> list[str]:
    """Types of information that lie in the store and are not declared for its place."""
    bound = case.bounds[number]
    held = {c.category for table in bound.tables.values() for c in table.table.personal_columns}
    lost = sorted(h for h in held if not any(h == d or h.startswith(d + ".") for d in declared))
    return [f"it holds {listed(lost)}, which {place} is not declared to hold"] if declared and lost else []


def _entries(policy: Policy) -> Iterator[tuple[str, str]]:
    for place in policy.storage.values():
        yield place.clause, f"storage.{place.name}"


KIND = Kind("storage_place", "Data lies where it is said to", judge, asks, _entries)
