"""JSON-LD in the Data Privacy Vocabulary: only terms that the vocabulary has."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.documents.notice_support import poisoned, policy, vocabularies
from tillit.documents.dpv import BASES, CONTEXT, dpv, dpv_text, iso, terms, unknown_terms
from tillit.model.period import Period

FILES = {"dpv": "dpv.csv", "pd": "pd.csv", "eu-gdpr": "eu-gdpr.csv", "justifications": "justifications.csv"}


def used(node) -> Iterator[str]:
    """Every key, type and reference with a prefix."""
    if isinstance(node, list):
        for one in node:
            yield from used(one)
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from [key] if ":" in key else []
            if key in ("@type", "@id"):
                yield from [value] if isinstance(value, str) else value
            elif key not in ("@value", "@context"):
                yield from used(value)


def of_the_vocabulary(graph) -> set[str]:
    return {t for t in used(graph) if t.partition(":")[0] in FILES}


@pytest.mark.parametrize("name", ["policy", "published"])
def test_only_terms_of_our_list_are_written(name):
    graph = dpv(policy(name))["@graph"]
    written = of_the_vocabulary(graph)
    assert len(written) > 20
    assert written - terms() == set()
    assert {t.partition(":")[0] for t in used(graph)} - {*CONTEXT, "urn"} == set()


def test_every_term_of_our_list_exists():
    folder = vocabularies()
    known = set()
    for prefix, file in FILES.items():
        with (folder / file).open(encoding="utf-8", newline="") as rows:
            known |= {f"{prefix}:{row['term']}" for row in csv.DictReader(rows)}
    assert len(terms()) > 300
    assert terms() - known == set()


def test_every_purpose_is_a_process_with_a_basis():
    told = policy()
    nodes = {n["@id"]: n for n in dpv(told)["@graph"]}
    processes = [n for n in nodes.values() if n["@type"] == "dpv:Process"]
    assert len(processes) == len(told.purposes)
    assert all(n["dpv:hasLegalBasis"][0]["@type"] in BASES.values() for n in processes)
    assert all(n["dpv:hasPersonalData"] and n["dpv:hasStorageCondition"] for n in processes)
    referred = {
        r["@id"] for n in processes for key in ("dpv:hasRecipient", "dpv:hasDataSubject") for r in n.get(key, [])
    }
    assert referred - nodes.keys() == set()


def test_a_term_that_does_not_exist_is_left_out_and_told():
    told = policy()
    purpose = replace(told.purposes["newsletter"], dpv=("dpv:NoSuchThing", "dpv:DirectMarketing"))
    told = replace(told, purposes={**told.purposes, "newsletter": purpose})
    assert unknown_terms(told) == ("dpv:NoSuchThing",)
    assert "NoSuchThing" not in dpv_text(told)


def test_hostile_texts_stay_texts():
    text = dpv_text(poisoned())
    assert of_the_vocabulary(json.loads(text)["@graph"]) <= terms()
    assert not any(c in text for c in "\u202e\u2066\u0000")


def test_periods_are_iso_8601():
    assert [iso(Period(weeks=3)), iso(Period(years=1, months=6)), iso(Period(hours=72)), iso(Period())] == [
        "P21D", "P1Y6M", "PT72H", "P0D",
    ]  # fmt: skip
