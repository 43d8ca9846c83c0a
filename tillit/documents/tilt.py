"""The policy in the Transparency Information Language (TILT): what Art. 13 to 15 GDPR ask for, for machines.

TILT wants every field; what a policy does not say is left out, and told, so that the document is then not valid.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tillit.documents import notice_words as w
from tillit.documents.dpv import iso
from tillit.documents.notice_language import Language
from tillit.documents.notice_text import clean, href
from tillit.law.packs import authorities
from tillit.model.policy import Policy, Purpose
from tillit.model.sections import Recipient, Transfer

Node = dict[str, Any]
REFERENCES = {
    "consent": "GDPR-6-1-a",
    "contract": "GDPR-6-1-b",
    "legal_obligation": "GDPR-6-1-c",
    "vital_interests": "GDPR-6-1-d",
    "public_task": "GDPR-6-1-e",
    "legitimate_interests": "GDPR-6-1-f",
}


@dataclass(frozen=True, slots=True)
class Tilt:
    """The document, and what the policy would have to say for it to be valid: `meta.version: what is wanted`."""

    document: Node
    missing: tuple[str, ...]

    def text(self) -> str:
        """The document as JSON."""
        return json.dumps(self.document, ensure_ascii=False, indent=2) + "\n"


@dataclass
class _Writer:
    policy: Policy
    language: Language
    missing: dict[str, None] = field(default_factory=dict)

    def want(self, place: str, value: Any, wanted: str) -> Any:
        """`value`; where there is none, it is noted that it is missing."""
        if value in ("", None, [], ()):
            self.missing.setdefault(f"{place}: {wanted}")
            return None
        return value


def tilt(policy: Policy, language: Language) -> Tilt:
    """The document, in the language of its titles."""
    out = _Writer(policy, language)
    document: Node = {
        "meta": _meta(out),
        "controller": _controller(out),
        "dataProtectionOfficer": _officer(out),
        "dataDisclosed": [_disclosed(out, name) for name in policy.leaves()],
        "thirdCountryTransfers": list(_transfers(out)),
        "accessAndDataPortability": _right(out, "access", "portability") | {"dataFormats": ["json", "csv", "html"]},
        "sources": list(_sources(out)),
        "rightToInformation": _right(out, "access"),
        "rightToRectificationOrDeletion": _right(out, "rectification", "erasure"),
        "rightToDataPortability": _right(out, "portability"),
        "rightToWithdrawConsent": _right(out, "withdrawal"),
        "rightToComplain": _complaint(out),
        "automatedDecisionMaking": _machine(out),
        "changesOfPurpose": [],
    }
    content = json.dumps(document, sort_keys=True, ensure_ascii=False).encode()
    document["meta"]["_hash"] = hashlib.sha256(content).hexdigest()
    return Tilt(_told(document), tuple(out.missing))


def _told(value: Any) -> Any:
    """Without what is missing."""
    if isinstance(value, dict):
        return {k: _told(v) for k, v in value.items() if v is not None}
    return [_told(v) for v in value] if isinstance(value, list) else value


def _meta(out: _Writer) -> Node:
    stated = out.policy.notice
    day = stated.effective_from if stated is not None else None
    version = clean(stated.version) if stated is not None else ""
    when = f"{day.isoformat()}T00:00:00" if day is not None else ""
    number = int(version) if version.isascii() and version.isdecimal() and len(version) < 10 else None
    return {
        "_id": out.policy.digest,
        "name": clean(out.policy.controller.name),
        "created": out.want("meta.created", when, "write `effective_from:` under `notice:`"),
        "modified": out.want("meta.modified", when, "write `effective_from:` under `notice:`"),
        "version": out.want("meta.version", number, "write a whole number as `version:` under `notice:`"),
        "language": out.language.code,
        "status": "active",
        "url": out.want("meta.url", href(out.policy.controller.website), "write `website:` under `controller:`"),
    }


def _controller(out: _Writer) -> Node:
    c = out.policy.controller
    return {
        "name": clean(c.name),
        "address": out.want("controller.address", clean(c.address), "write `address:` under `controller:`"),
        "country": clean(c.country),
        "representative": _answers(out, "controller.representative"),
    }


def _answers(out: _Writer, place: str) -> Node:
    contact, c = out.policy.contact, out.policy.controller
    email = clean((contact.email if contact is not None else "") or c.contact)
    title = out.language.own(contact.title) if contact is not None else ""
    return {
        "name": out.want(f"{place}.name", title, "write `title:` under `contact:`"),
        "email": out.want(f"{place}.email", email if href(email) else "", "write `email:` under `contact:`"),
    }


def _officer(out: _Writer) -> Node:
    """TILT knows no controller without an officer: then whoever answers questions stands here."""
    contact, c = out.policy.contact, out.policy.controller
    if contact is None or contact.data_protection_officer is None:
        out.want("dataProtectionOfficer", "", "say `data_protection_officer:` true or false under `contact:`")
    address = clean((contact.address if contact is not None else "") or c.address)
    return _answers(out, "dataProtectionOfficer") | {
        "address": out.want("dataProtectionOfficer.address", address, "write `address:` under `contact:`"),
        "country": clean(c.country),
    }


def _disclosed(out: _Writer, name: str) -> Node:
    policy, language = out.policy, out.language
    using = [p for p in policy.purposes.values() if "unknown" not in p.data and p.covers(name)]
    place = f"dataDisclosed[{clean(name)}]"
    out.want(f"{place}.purposes", using, "name it under the `data:` of a purpose")
    receivers = [r for r in policy.recipients.values() if _receives(r, name)]
    reasons = [(p, ref) for p in using for basis, ref in w.bases(p) if basis == "legitimate_interests"]
    return {
        "_id": clean(name),
        "category": language.own(policy.categories[name]),
        "purposes": [
            {
                "purpose": language.own(p.title or p.name),
                "description": w.capital(language.listed(language.own(a) for a in p.activities))
                or language.own(p.title or p.name),
            }
            for p in using
        ],
        "legalBases": list(_bases(out, using)),
        "legitimateInterests": [
            {"exists": True, "reasoning": out.want(f"{_of(p)}.basis", language.soft(ref), "name the interest")}
            for p, ref in reasons
        ]
        or [{"exists": False}],
        "recipients": [_recipient(out, r) for r in receivers],
        "storage": [_storage(out, p) for p in using],
        "nonDisclosure": _given(out, using),
    }


def _of(purpose: Purpose) -> str:
    return f"purposes.{clean(purpose.name)}"


def _receives(recipient: Recipient, name: str) -> bool:
    return any(name == d or name.startswith(f"{d}.") for d in recipient.data)


def _bases(out: _Writer, using: list[Purpose]) -> Iterator[Node]:
    seen = set()
    for purpose in using:
        named = [(b, ref) for b, ref in w.bases(purpose) if b in REFERENCES]
        one = "name exactly one basis"
        out.want(f"{_of(purpose)}.basis", named if len(w.bases(purpose)) == 1 else [], one)
        for basis in named:
            if basis not in seen:
                seen.add(basis)
                yield {"reference": REFERENCES[basis[0]], "description": w.basis_lines([basis], out.language)[0]}


def _recipient(out: _Writer, recipient: Recipient) -> Node:
    place = f"recipients.{clean(recipient.name)}"
    role = out.want(f"{place}.role", recipient.role, "write `role:`")
    told: Node = {"category": out.language.own(recipient.title) or out.language.word("role", role or "controller")}
    if recipient.names:
        told["name"] = ", ".join(out.language.own(n) for n in recipient.names)
    if len(recipient.country) == 1 and len(recipient.country[0]) == 2:
        told["country"] = clean(recipient.country[0])
    return told


def _storage(out: _Writer, purpose: Purpose) -> Node:
    sentence = "; ".join(w.periods(out.policy, purpose, out.language))
    keep = purpose.keep
    out.want(f"{_of(purpose)}.keep", "" if keep.unknown else sentence, "write `keep:` so that it can be computed")
    temporal = [{"description": sentence, "ttl": iso(keep.period)}] if keep.period is not None else []
    return {"temporal": temporal, "purposeConditional": [w.full_stop(sentence)], "aggregationFunction": "max"}


def _given(out: _Writer, using: list[Purpose]) -> Node:
    ways = set()
    for purpose in using:
        ways.add(out.want(f"{_of(purpose)}.provided", purpose.provided, "write `provided:` (Art. 13(2)(e) GDPR)"))
    told = dict.fromkeys(out.language.own(p.consequence) for p in using if p.consequence)
    none = out.language.word("provided", "voluntary")
    return {
        "legalRequirement": "statutory" in ways,
        "contractualRegulation": "contractual" in ways,
        "obligationToProvide": bool(ways & {"statutory", "contractual"}),
        "consequences": "; ".join(told) or none,
    }


def _transfers(out: _Writer) -> Iterator[Node]:
    for transfer in out.policy.transfers.values():
        place = f"transfers.{clean(transfer.name)}"
        out.want(f"{place}.to", transfer.to, "name the countries")
        out.want(f"{place}.mechanism", transfer.mechanism, "name what makes it lawful (Art. 44 GDPR)")
        for country in transfer.to:
            yield _transfer(out, transfer, country)


def _transfer(out: _Writer, transfer: Transfer, country: str) -> Node:
    ways, language = set(transfer.mechanism), out.language

    def said(*names: str) -> Node:
        told = [language.word("mechanism", name) for name in transfer.mechanism if name in names]
        return {"available": True, "description": w.capital(language.listed(told))} if told else {"available": False}

    return {
        "country": clean(country),
        "adequacyDecision": said("adequacy_decision", "data_privacy_framework"),
        "appropriateGuarantees": said("binding_corporate_rules", "code_of_conduct", "certification"),
        "presenceOfEnforceableRightsAndEffectiveRemedies": {"available": False}
        if not ways - {"derogation"}
        else {"available": True, "description": w.capital(language.own(transfer.copy)) or language.own(transfer.title)},
        "standardDataProtectionClause": said("standard_contractual_clauses"),
    }


def _right(out: _Writer, *names: str) -> Node:
    offered = out.policy.rights.offered if out.policy.rights is not None else {}
    found = [offered[name] for name in names if name in offered and offered[name].offered]
    for name in names:
        there = name in offered and offered[name].offered is not None
        out.want(f"rights.{name}", "said" if there else "", "say under `rights: offered:` whether it is offered")
    channel = out.policy.rights.channel if out.policy.rights is not None else ""
    email = clean(channel or (out.policy.contact.email if out.policy.contact is not None else ""))
    told: Node = {
        "available": len(found) == len(names),
        "description": " ".join(out.language.word("right", right.name) for right in found),
        "identificationEvidences": [out.language.word("identity", r.identity) for r in found if r.identity],
    }
    return told | ({"email": email} if href(email).startswith("mailto:") else {})


def _complaint(out: _Writer) -> Node:
    stated = out.policy.complaint
    known = authorities().get(stated.authority) if stated is not None else None
    name = out.want(
        "rightToComplain.supervisoryAuthority", known.name if known is not None else "", "name it under `complaint:`"
    )
    told: Node = {"available": known is not None}
    if known is not None:
        said = out.language.say("complaint.authority", name=name)
        told |= {"description": said, "supervisoryAuthority": {"name": name, "country": known.country}}
    return told


def _machine(out: _Writer) -> Node:
    stated = out.policy.automated_decisions
    used = stated.in_use if stated is not None else None
    if used is None:
        out.want("automatedDecisionMaking", "", "say `in_use:` under `automated_decisions:`")
        return {}
    if not used or stated is None:
        return {"inUse": False}
    logic = out.want("automatedDecisionMaking.logicInvolved", out.language.own(stated.logic), "write `logic:`")
    return {"inUse": True, "logicInvolved": logic, "scopeAndIntendedEffects": logic}


def _sources(out: _Writer) -> Iterator[Node]:
    policy = out.policy
    for source in policy.sources.values():
        if source.kind not in ("third_party", "public_register"):
            continue
        names = out.want(f"sources.{clean(source.name)}.names", source.names, "say who they are") or ()
        told = ", ".join(filter(None, (out.language.own(source.title), *(out.language.own(n) for n in names))))
        public = source.kind == "public_register"
        url = href(names[0]) if names else ""
        for name in source.gives:
            yield {
                "_id": clean(f"{source.name}.{name}"),
                "dataCategory": out.language.own(policy.categories.get(name, name)),
                "sources": [{"description": told, "url": url, "publiclyAvailable": public}],
            }
