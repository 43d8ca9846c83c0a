"""TILT: the mended policy is valid, and the published one says what it lacks."""

from __future__ import annotations

import json

import jsonschema
import pytest

from tests.documents.notice_support import poisoned, policy, swedish, vocabularies
from tillit.documents.notice_language import Language
from tillit.documents.tilt import tilt


@pytest.mark.parametrize("language", ["en", "sv"])
def test_the_mended_policy_is_valid_and_lacks_nothing(language):
    made = tilt(policy(), Language(language, swedish() if language == "sv" else {}))
    assert made.missing == ()
    schema = json.loads((vocabularies() / "tilt-schema.json").read_text(encoding="utf-8"))
    assert list(jsonschema.Draft7Validator(schema).iter_errors(json.loads(made.text()))) == []


def test_the_schema_sees_what_is_wrong():
    schema = json.loads((vocabularies() / "tilt-schema.json").read_text(encoding="utf-8"))
    document = tilt(policy(), Language("en")).document
    del document["controller"]["country"]
    assert len(list(jsonschema.Draft7Validator(schema).iter_errors(document))) == 1


def test_the_published_policy_tells_what_is_missing():
    made = tilt(policy("published"), Language("en"))
    places = {line.partition(":")[0] for line in made.missing}
    assert {"meta.version", "meta.created", "dataProtectionOfficer", "purposes.support.basis"} <= places
    assert {"purposes.orders.keep", "purposes.recruitment.provided", "automatedDecisionMaking"} <= places
    assert "version" not in made.document["meta"]


def test_what_is_disclosed_follows_the_policy():
    made = {d["_id"]: d for d in tilt(policy(), Language("en")).document["dataDisclosed"]}
    assert set(made) == set(policy().leaves())
    assert made["communications.calls"]["legalBases"][0]["reference"] == "GDPR-6-1-a"
    assert made["communications.calls"]["storage"][0]["temporal"][0]["ttl"] == "P3M"
    assert made["contact.postal_address"]["nonDisclosure"]["legalRequirement"] is True


def test_hostile_texts_stay_texts():
    text = tilt(poisoned(), Language("en")).text()
    assert json.loads(text)["controller"]["country"] == "SE"
    assert not any(c in text for c in "\u202e\u2066\u0000")
