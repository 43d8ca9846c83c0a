"""The policy as JSON-LD in the W3C Data Privacy Vocabulary (DPV 2.3). Only terms that the vocabulary has."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pkgutil import get_data
from typing import Any

from tillit.documents import notice_words as w
from tillit.documents.notice_text import anchor, clean
from tillit.law.packs import authorities, mechanisms
from tillit.model.period import Period
from tillit.model.policy import Policy, Purpose
from tillit.model.sections import Recipient

Node = dict[str, Any]
CONTEXT = {
    "dpv": "https://w3id.org/dpv#",
    "pd": "https://w3id.org/dpv/pd#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "justifications": "https://w3id.org/dpv/justifications#",
    "dct": "http://purl.org/dc/terms/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
BASES = {
    "consent": "eu-gdpr:A6-1-a",
    "contract": "eu-gdpr:A6-1-b",
    "legal_obligation": "eu-gdpr:A6-1-c",
    "vital_interests": "eu-gdpr:A6-1-d",
    "public_task": "eu-gdpr:A6-1-e",
    "legitimate_interests": "eu-gdpr:A6-1-f",
}
CONDITIONS = {
    "explicit_consent": "eu-gdpr:A9-2-a",
    "employment_law": "eu-gdpr:A9-2-b",
    "vital_interests": "eu-gdpr:A9-2-c",
    "made_public": "eu-gdpr:A9-2-e",
    "legal_claims": "eu-gdpr:A9-2-f",
    "substantial_public_interest": "eu-gdpr:A9-2-g",
    "health_care": "eu-gdpr:A9-2-h",
    "public_health": "eu-gdpr:A9-2-i",
    "archiving": "eu-gdpr:A9-2-j",
}
ROLES = {
    "processor": "dpv:DataProcessor",
    "controller": "dpv:DataController",
    "joint_controller": "dpv:JointDataControllers",
    "authority": "dpv:Authority",
    "office": "dpv:OrganisationalUnit",
}
SOURCES = {
    "data_subject": "dpv:DataSubjectDataSource",
    "observed": "dpv:DataControllerDataSource",
    "third_party": "dpv:ThirdPartyDataSource",
    "public_register": "dpv:PublicDataSource",
}
RIGHTS = {
    "access": "eu-gdpr:A15",
    "rectification": "eu-gdpr:A16",
    "erasure": "eu-gdpr:A17",
    "restriction": "eu-gdpr:A18",
    "recipients_told": "eu-gdpr:A19",
    "portability": "eu-gdpr:A20",
    "objection": "eu-gdpr:A21",
    "objection_to_marketing": "eu-gdpr:A21",
    "withdrawal": "eu-gdpr:A7-3",
    "human_review": "eu-gdpr:A22",
}
MEASURES = {
    "encryption_in_transit": "dpv:EncryptionInTransfer",
    "encryption_at_rest": "dpv:EncryptionAtRest",
    "password_hashing": "dpv:HashFunctions",
    "access_control": "dpv:AccessControlMethod",
    "identification": "dpv:IdentityVerification",
    "backup": "dpv:DataBackupProtocols",
    "staff_training": "dpv:StaffTraining",
    "pseudonymisation": "dpv:Pseudonymisation",
    "traffic_monitoring": "dpv:NetworkSecurityProtocols",
    "policy_review": "dpv:ReviewProcedure",
    "processor_review": "dpv:ReviewProcedure",
}


@lru_cache(maxsize=1)
def terms() -> frozenset[str]:
    """The terms that may be used, as `pd:EmailAddress`; from our list of names (`notice_data/dpv_terms.toml`)."""
    raw = get_data("tillit.documents", "notice_data/dpv_terms.toml")
    assert raw is not None
    lists = tomllib.loads(raw.decode())["terms"]
    return frozenset(f"{prefix}:{name}" for prefix, names in lists.items() for name in names.split())


def dpv(policy: Policy) -> Node:
    """A graph of the controller, its processes (one a purpose), recipients, rights and notice."""
    base = "urn:tillit:policy:"
    graph = [_controller(policy, base), *(_process(policy, p, base) for p in policy.purposes.values())]
    graph += [_recipient(policy, r, base) for r in policy.recipients.values()]
    graph += [_person(base, name, kind.title) for name, kind in policy.people.items()]
    graph.append(_notice(policy, base))
    return {"@context": CONTEXT, "@graph": [_without_nothing(node) for node in graph]}


def dpv_text(policy: Policy) -> str:
    """The same as text."""
    return json.dumps(dpv(policy), ensure_ascii=False, indent=2) + "\n"


def unknown_terms(policy: Policy) -> tuple[str, ...]:
    """The terms that the policy uses and the vocabulary does not have: the export leaves them out."""
    used = [t for i in policy.information.values() for t in i.dpv] + [
        t for p in policy.purposes.values() for t in p.dpv
    ]
    return tuple(dict.fromkeys(t for t in used if t not in terms()))


def _known(used: Iterable[str]) -> list[str]:
    return [term for term in dict.fromkeys(used) if term in terms()]


def _without_nothing(node: Node) -> Node:
    return {key: value for key, value in node.items() if value not in ("", [], None, {})}


def _refer(*names: str) -> list[Node]:
    return [{"@id": name} for name in names]


def _controller(policy: Policy, base: str) -> Node:
    c = policy.controller
    known = authorities().get(policy.complaint.authority) if policy.complaint is not None else None
    return {
        "@id": f"{base}controller",
        "@type": "dpv:DataController",
        "dpv:hasName": clean(c.name),
        "dpv:hasAddress": clean(c.address),
        "dpv:hasContact": clean(c.contact),
        "dct:identifier": clean(c.organisation_number),
        "dpv:hasCountry": clean(c.country),
        "dpv:hasProcess": _refer(*(f"{base}{anchor('purpose', n)}" for n in policy.purposes)),
        "dpv:hasTechnicalOrganisationalMeasure": [
            _without_nothing(
                {"@type": MEASURES.get(m.kind, "dpv:TechnicalOrganisationalMeasure"), "dct:title": clean(m.title)}
            )
            for m in policy.security.values()
        ],
        "dpv:hasAuthority": {"@type": "dpv:Authority", "dpv:hasName": known.name} if known is not None else None,
    }


def _process(policy: Policy, purpose: Purpose, base: str) -> Node:
    receivers = [r for r in policy.recipients.values() if purpose.name in r.purposes]
    bases = [_basis(name, reference) for name, reference in w.bases(purpose) if name in BASES]
    condition = CONDITIONS.get(purpose.special_condition)
    sources = [s for s in policy.sources.values() if not s.purposes or purpose.name in s.purposes]
    gives = [
        s
        for s in sources
        if any(purpose.covers(g) or any(d.startswith(f"{g}.") for d in purpose.data) for g in s.gives)
    ]
    return {
        "@id": f"{base}{anchor('purpose', purpose.name)}",
        "@type": "dpv:Process",
        "dct:title": clean(purpose.title or purpose.name),
        "dct:identifier": clean(purpose.clause),
        "dpv:hasPurpose": {"@type": _known(purpose.dpv) or ["dpv:Purpose"], "dct:title": clean(purpose.title)},
        "dpv:hasLegalBasis": bases + (_refer(condition) if condition is not None else []),
        "dpv:hasPersonalData": [_data(policy, name) for name in _leaves(policy, purpose)],
        "dpv:hasDataSubject": _refer(*(f"{base}{anchor('people', n)}" for n in purpose.people or tuple(policy.people))),
        "dpv:hasRecipient": _refer(*(f"{base}{anchor('recipient', r.name)}" for r in receivers)),
        "dpv:hasStorageCondition": _storage(policy, purpose),
        "dpv:hasDataSource": [
            {"@type": SOURCES.get(s.kind, "dpv:DataSource"), "dct:title": clean(s.title)} for s in gives
        ],
    }


def _basis(name: str, reference: str) -> Node:
    return _without_nothing({"@type": BASES[name], "dct:description": clean(reference)})


def _leaves(policy: Policy, purpose: Purpose) -> list[str]:
    return [name for name in policy.leaves() if "unknown" not in purpose.data and purpose.covers(name)]


def _data(policy: Policy, name: str) -> Node:
    item = w.informed(policy, name)
    kind = _known(item.dpv) or ["dpv:PersonalData"]
    special = ["dpv:SpecialCategoryPersonalData"] if item.special_category else []
    return {"@type": kind + special, "dct:title": clean(policy.categories[name]), "dct:identifier": clean(name)}


def _storage(policy: Policy, purpose: Purpose) -> Node:
    keep = purpose.keep
    durations: list[Node] = []
    if keep.period is not None:
        value = {"@type": "xsd:duration", "@value": iso(keep.period)}
        start = clean(policy.events.get(keep.event or "", keep.event or ""))
        durations.append(
            _without_nothing({"@type": "dpv:TemporalDuration", "dct:extent": value, "dct:description": start})
        )
    durations += [
        {"@type": "dpv:UntilEventDuration", "dct:description": e} for e in sorted(x.value for x in keep.until)
    ]
    if not durations:
        durations.append({"@type": "dpv:IndeterminateDuration"})
    places = [p for p in policy.storage.values() if not p.purposes or purpose.name in p.purposes]
    locations = sorted({clean(country) for p in places for country in p.country})
    return _without_nothing(
        {
            "@type": "dpv:StorageCondition",
            "dpv:hasDuration": durations,
            "dpv:hasLocation": [{"@type": "dpv:StorageLocation", "dct:identifier": code} for code in locations],
        }
    )


def iso(period: Period) -> str:
    """ISO 8601; weeks as days, since the two cannot be mixed."""
    days = period.weeks * 7 + period.days
    parts = ((period.years, "Y"), (period.months, "M"), (days, "D"))
    told = "".join(f"{number}{unit}" for number, unit in parts if number)
    return "P" + told + (f"T{period.hours}H" if period.hours else "") if told or period.hours else "P0D"


def _recipient(policy: Policy, recipient: Recipient, base: str) -> Node:
    known: Mapping[str, Any] = mechanisms()
    safeguards = [m for t in recipient.transfers if t in policy.transfers for m in policy.transfers[t].mechanism]
    return {
        "@id": f"{base}{anchor('recipient', recipient.name)}",
        "@type": ["dpv:Recipient", ROLES.get(recipient.role, "dpv:Recipient")],
        "dct:title": clean(recipient.title),
        "dpv:hasName": [clean(name) for name in recipient.names],
        "dpv:hasCountry": [clean(code) for code in recipient.country],
        "dpv:hasLegalBasis": [_basis(n, r) for n, r in recipient.bases if n in BASES]
        + _refer(*_known(known[m].dpv for m in safeguards if m in known)),
        "dpv:hasLegalMeasure": [{"@type": "dpv:DataProcessorContract", "dct:identifier": clean(recipient.agreement)}]
        if recipient.agreement and recipient.role == "processor"
        else [],
    }


def _person(base: str, name: str, title: str) -> Node:
    return {"@id": f"{base}{anchor('people', name)}", "@type": "dpv:DataSubject", "dct:title": clean(title)}


def _notice(policy: Policy, base: str) -> Node:
    offered = policy.rights.offered if policy.rights is not None else {}
    stated = policy.notice
    return {
        "@id": f"{base}notice",
        "@type": "dpv:PrivacyNotice",
        "dct:title": clean(policy.controller.name),
        "dct:hasVersion": clean(stated.version) if stated is not None else "",
        "dct:valid": stated.effective_from.isoformat() if stated is not None and stated.effective_from else "",
        "dct:identifier": policy.digest,
        "dpv:hasRight": _refer(*dict.fromkeys(RIGHTS[n] for n, r in offered.items() if r.offered and n in RIGHTS)),
    }
