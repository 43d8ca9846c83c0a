"""Recipients: each with an agreement, a review and a safeguard, and nobody else (Art. 28, 30(1)(d), 44 to 49 GDPR)."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.checks.asks import Answers, Ask, Grouped, Groups, Refused
from tillit.checks.case import Case, Kind, counted, listed, several
from tillit.checks.days import overdue
from tillit.checks.looks import Look
from tillit.checks.verdict import Evidence, Place, State
from tillit.law.packs import mechanisms
from tillit.law.transfers import adequacy, is_third_country
from tillit.model.policy import Policy
from tillit.model.sections import Recipient, Transfer

BOUND = ("processor", "joint_controller", "office")  # by an agreement
CONTROLLED = ("processor",)  # reviewed, too


def asks(case: Case) -> tuple[Ask, ...]:
    return tuple(_ask(look) for look in case.looks.disclosures)


def _ask(look: Look) -> Grouped:
    columns = tuple(look[word] for word in ("recipient", "data", "purpose") if look[word])
    return Grouped(look.store, look.table, columns, tuple(filter(None, (look["approved_by"],))))


def judge(case: Case, answers: Answers) -> tuple[Evidence, ...]:
    """One verdict a recipient, one a transfer, one a table of disclosures."""
    made = [_recipient(case, one) for one in case.policy.recipients.values()]
    made += [_transfer(case, one) for one in case.policy.transfers.values()]
    made += [_disclosed(case, look, answers[_ask(look)]) for look in case.looks.disclosures]
    if not case.looks.disclosures:
        why = "checks.yaml names no table of disclosures, so what was really disclosed is not seen"
        made.append(case.evidence(
            "recipients", State.UNPROVEN, f"Nothing shows it: {why}.", by="never.undeclared_disclosure",
            remedy="name the table under `disclosures:` in checks.yaml",
        ))  # fmt: skip
    return tuple(made)


def _recipient(case: Case, one: Recipient) -> Evidence:
    faults = list(_faults(case, one))
    looked = "the policy: role, agreement, review, countries and transfers"
    says = f"{one.title or one.name}: {'; '.join(faults)}." if faults else _well(one)
    return case.evidence(
        "recipients", State.BROKEN if faults else State.PROVEN, says, clause=one.clause, by=f"recipients.{one.name}",
        subject=one.name, count=len(faults), looked=looked, query=f"policy.yaml:{one.at.line}, on {case.today}",
        remedy="make the agreement, do the review, or name the safeguard; then write its day" if faults else "",
    )  # fmt: skip


def _well(one: Recipient) -> str:
    told = [f"agreement {one.agreement}"] if one.agreement else []
    told += [f"reviewed on {one.reviewed}"] if one.reviewed else []
    return (
        f"{one.title or one.name}: {', '.join(told) or 'a ' + (one.role or 'recipient') + ' that needs no agreement'}."
    )


def _faults(case: Case, one: Recipient) -> Iterator[str]:
    if not one.role:
        yield "nobody has said what they are in the words of the law"
    if one.role in BOUND and not one.agreement:
        yield "no agreement"
    elif one.role in BOUND and one.agreed is None:
        yield "the agreement has no date"
    elif one.agreed is not None and one.agreed > case.today:
        yield f"the agreement only begins on {one.agreed}"
    if one.role in CONTROLLED and one.review_every is None:
        yield "nothing says how often they are reviewed"
    yield from filter(None, [overdue("the review", one.reviewed, one.review_every, case.today)])
    abroad = [country for country in one.country if is_third_country(country)]
    covered = {c for t in one.transfers if t in case.policy.transfers for c in case.policy.transfers[t].to}
    if missing := [country for country in abroad if country not in covered]:
        yield f"no safeguard for {listed(missing)}"


def _transfer(case: Case, one: Transfer) -> Evidence:
    faults = [] if one.mechanism else ["no mechanism"]
    known = mechanisms()
    for country in one.to:
        fits = [
            name for name in one.mechanism
            if known[name].only in ("", None, country)
            and (name != "adequacy_decision" or adequacy(country, case.today))
        ]  # fmt: skip
        if one.mechanism and is_third_country(country) and not fits:
            faults.append(f"no mechanism that holds for {country} on {case.today}")
    faults += filter(None, [overdue("the assessment", one.assessed, one.assess_every, case.today)])
    says = f"{one.title or one.name}: {'; '.join(faults) or 'by ' + listed(one.mechanism)}."
    return case.evidence(
        "recipients", State.BROKEN if faults else State.PROVEN, says, clause=one.clause, by=f"transfers.{one.name}",
        subject=one.name, count=len(faults), looked="the policy, the dates, and the law pack's list of decisions",
        query=f"policy.yaml:{one.at.line}, on {case.today}",
        remedy="name a mechanism that holds (Art. 45 to 49 GDPR), and assess it" if faults else "",
    )  # fmt: skip


def _disclosed(case: Case, look: Look, answer: object) -> Evidence:
    subject, by = f"{look.store}.{look.table}", "never.undeclared_disclosure"
    if not isinstance(answer, Groups):
        why = answer.why if isinstance(answer, Refused) else "it was not looked at"
        return case.evidence("recipients", State.UNPROVEN, f"{subject} was not read: {why}.", by=by, subject=subject)
    faults: dict[str, int] = {}
    for values, rows in answer.rows:
        if fault := _undeclared(case.policy, look, values):
            faults[fault] = faults.get(fault, 0) + rows
    places = tuple(Place(look.store, look.table, look["recipient"], rows, what) for what, rows in faults.items())
    number, total = counted(places), sum(rows for _, rows in answer.rows)
    state = State.BROKEN if number else State.PROVEN if total and not answer.more else State.UNPROVEN
    says = f"{several(number, 'disclosure')} not as declared: {listed(faults)}." if number else "All are as declared."
    if not number and not total:
        says = "No disclosure is written down, which shows nothing."
    return case.evidence(
        "recipients", state, says, by=by, subject=subject, count=number, looked=several(total, "disclosure"),
        query=answer.query, places=places, remedy="stop it, or declare the recipient and tell people" if number else "",
    )  # fmt: skip


def _undeclared(policy: Policy, look: Look, values: tuple[object, ...]) -> str:
    """What is wrong with a group of disclosures; the recipient's name is not repeated: it may be a person's."""
    words = [word for word in ("recipient", "data", "purpose") if look[word]]
    said = {word: str(value) for word, value in zip(words, values, strict=False)}
    recipient = policy.recipients.get(said["recipient"])
    if recipient is None:
        return "to a recipient that the policy does not name"
    data = said.get("data")
    if data is not None and not any(data == d or data.startswith(d + ".") for d in recipient.data):
        return f"to {recipient.name}: data that it is not declared to get"
    if "purpose" in said and said["purpose"] not in recipient.purposes:
        return f"to {recipient.name}: for another purpose"
    if recipient.approved_by and look["approved_by"] and values[-1] is True:
        return f"to {recipient.name}: without approval"
    return ""


def _entries(policy: Policy) -> Iterator[tuple[str, str]]:
    for recipient in policy.recipients.values():
        yield recipient.clause, f"recipients.{recipient.name}"
    for transfer in policy.transfers.values():
        yield transfer.clause, f"transfers.{transfer.name}"
    if "undeclared_disclosure" in policy.never:
        yield policy.never["undeclared_disclosure"].clause, "never.undeclared_disclosure"


KIND = Kind("recipients", "Recipients are declared, bound and reviewed", judge, asks, _entries)
