"""One purpose of policy.yaml: a node to a Purpose."""

from __future__ import annotations

from tillit.model.mapping import UNKNOWN
from tillit.model.policy import Basis, Purpose, Retention, Stated
from tillit.policy import shapes
from tillit.policy.declared import Names, in_words
from tillit.policy.fields import Fields, as_choice, as_mapping, as_text, as_texts, entries
from tillit.policy.gather import Gather, quoted
from tillit.policy.retention import parse_keep, parse_stated
from tillit.policy.sections import read_balancing
from tillit.policy.source import Mapping, Node, Scalar, Sequence
from tillit.policy.values import places, read_kinds


def read_purpose(gather: Gather, key: Scalar, node: Node, names: Names) -> Purpose:
    blank = Purpose(key.text, in_words(key.text), "", Basis.UNKNOWN, (UNKNOWN,), Retention(unknown=True), at=key.at)
    mapping = as_mapping(gather, node, f"the purpose {quoted(key.text)}")
    if mapping is None:
        return blank
    fields = Fields(gather, mapping, shapes.PURPOSE, f"the purpose {quoted(key.text)}")
    clause = fields.text("clause") or ""
    declared = names.clauses.get(clause)
    title = fields.text("title") or (declared.title if declared else in_words(key.text))
    basis, reference, bases = _basis(gather, fields)
    keep, stated = _keep(gather, fields, names)
    purpose = Purpose(
        name=key.text,
        title=title,
        clause=clause,
        basis=basis,
        data=_data(gather, fields, names),
        keep=keep or blank.keep,
        basis_reference=reference,
        direct_marketing=fields.flag("direct_marketing"),
        overrides_erasure=fields.choice("overrides_erasure", shapes.OVERRIDES) or "",
        people=_kinds(gather, fields, names),
        bases=bases,
        stated=stated,
        forms=_forms(gather, fields, names),
        balancing=read_balancing(gather, fields, names.everything()),
        at=key.at,
        places=places(fields),
        **read_kinds(gather, fields, names.everything()),
    )
    _overrides(gather, fields, purpose)
    return purpose


def _basis(gather: Gather, fields: Fields) -> tuple[Basis, str, tuple[tuple[str, str], ...]]:
    """The basis, what it refers to, and every basis named. A text that names several rests on none that is known."""
    node = fields.node("basis")
    if node is None:
        return Basis.UNKNOWN, "", ()
    if not isinstance(node, Sequence):
        name, reference = _one_basis(gather, node)
        return Basis(name), reference, ()
    bases = _bases(gather, node)
    if len(bases) == 1:
        return Basis(bases[0][0]), bases[0][1], ()
    return Basis.UNKNOWN, "", bases


def read_bases(gather: Gather, fields: Fields) -> tuple[tuple[str, str], ...]:
    """(basis, statute or interest) of every basis that `basis:` names; those said to be unknown are left out."""
    node = fields.node("basis")
    if node is None:
        return ()
    found = _bases(gather, node) if isinstance(node, Sequence) else (_one_basis(gather, node),)
    return tuple(basis for basis in found if basis[0] != UNKNOWN)


def _bases(gather: Gather, node: Sequence) -> tuple[tuple[str, str], ...]:
    if not node.items:
        gather.add(node.at, "`basis` is an empty list", "name at least one, or write unknown")
    return tuple(_one_basis(gather, item) for item in node.items)


def _one_basis(gather: Gather, node: Node) -> tuple[str, str]:
    if not isinstance(node, Mapping):
        return as_choice(gather, node, "`basis`", shapes.BASES) or UNKNOWN, ""
    if len(node.pairs) != 1:
        remedy = "a purpose rests on one; divide the purpose, or write them as a list"
        gather.add(node.at, f"`basis` names {len(node.pairs)} bases", remedy)
        return UNKNOWN, ""
    key, value = node.pairs[0]
    name = as_choice(gather, key, "`basis`", shapes.BASES)
    reference = as_text(gather, value, f"`{name or 'basis'}`", "the statute, or the interest pursued") or ""
    return name or UNKNOWN, "" if reference == UNKNOWN else reference


def _keep(gather: Gather, fields: Fields, names: Names) -> tuple[Retention | None, tuple[Stated, ...]]:
    """The storage period; of a text that gives several, all of them, and none that is known."""
    node = fields.node("keep")
    events = names.known("events", names.events)
    if node is None:
        return None, ()
    if not isinstance(node, Sequence):
        return parse_keep(gather, node, events), ()
    if not node.items:
        gather.add(node.at, "`keep` is an empty list", "write the periods, or unknown")
    stated = tuple(one for item in node.items if (one := parse_stated(gather, item, events, names.everything())))
    return Retention(unknown=True, text="; ".join(s.keep.text for s in stated)), stated


def _forms(gather: Gather, fields: Fields, names: Names) -> dict[str, str]:
    """Category -> the coarsest form that is enough for the purpose."""
    known = names.known("information", names.categories)
    found = {}
    node = fields.node("forms")
    for key, value in entries(gather, None if node is None else node, "`forms`"):
        if known is not None and key.text not in known:
            gather.unknown(key.at, "type of information", key.text, known, "declare it under `information:`")
        form = as_choice(gather, value, quoted(key.text), shapes.FORMS)
        if form is not None:
            found[key.text] = form
    return found


def _data(gather: Gather, fields: Fields, names: Names) -> tuple[str, ...]:
    known = names.known("information", names.categories)
    found = []
    for scalar in fields.texts("data"):
        if known is not None and scalar.text not in (*known, UNKNOWN):
            gather.unknown(scalar.at, "type of information", scalar.text, known, "declare it under `information:`")
        found.append(scalar.text)
    return tuple(found)


def _kinds(gather: Gather, fields: Fields, names: Names) -> tuple[str, ...]:
    known = names.known("people", names.people)
    node = fields.node("people")
    scalars = [] if node is None else as_texts(gather, node, "`people`")
    for scalar in scalars:
        if known is not None and scalar.text not in (*known, UNKNOWN):
            gather.unknown(scalar.at, "kind of person", scalar.text, known, "declare it under `people:`")
    return tuple(s.text for s in scalars if s.text != UNKNOWN)


def _overrides(gather: Gather, fields: Fields, purpose: Purpose) -> None:
    """Only a legitimate interest can outlast a request for erasure, and never direct marketing (Art. 21(3) GDPR)."""
    if not purpose.overrides_erasure:
        return
    if purpose.direct_marketing:
        what = "`overrides_erasure` on direct marketing, which every objection ends (Art. 21(3) GDPR)"
        gather.add(fields.place("overrides_erasure"), what, "remove it")
    elif purpose.basis not in (Basis.LEGITIMATE_INTERESTS, Basis.UNKNOWN):
        what = f"`overrides_erasure` says nothing on the basis {purpose.basis.value}"
        gather.add(fields.place("overrides_erasure"), what, "it belongs to legitimate_interests: remove it")
