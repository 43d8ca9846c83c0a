"""The key words of the two languages: one table, read by the parser and written out as JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping

from tillit.model.mapping import WITHHELD
from tillit.policy.key_words import (
    BOOL,
    CLAUSE,
    COUNTRY,
    ENVIRONMENT,
    UNKNOWN,
    WORD,
    choice,
    either,
    flag,
    named,
    period,
    ref,
    some,
    text,
    text_,
    texts,
    words,
)
from tillit.policy.key_words import Key as Key
from tillit.policy.key_words import Schema as Schema
from tillit.policy.key_words import Shape as Shape
from tillit.policy.section_shapes import (
    INFORMATION_MORE,
    INNER_SHAPES,
    NAMED_SECTIONS,
    PROVIDED,
    SINGLE_SECTIONS,
    TITLE_ALONE,
)

COLUMN = text()
COLUMNS = some(COLUMN)

BASES = (
    "consent",
    "contract",
    "legal_obligation",
    "vital_interests",
    "public_task",
    "legitimate_interests",
    "unknown",
)
OVERRIDES = ("security", "fraud_prevention", "legal_claims")
EVENTS = ("request", "goodbye", "opt-out", "withdrawal")
ROUNDINGS = ("end of the calendar month", "end of the calendar quarter", "end of the calendar year")
DRESSES = ("aware", "naive", "date", "epoch_s", "epoch_ms", "text", "text_t")
FORMS = ("year", "year_month", "ip_prefix")
SPECIAL_CONDITIONS = (
    "explicit_consent", "employment_law", "vital_interests", "made_public", "legal_claims",
    "substantial_public_interest", "health_care", "public_health", "archiving",
)  # fmt: skip
TITLED = either(text(), ref("titled"))

POLICY: Shape = {
    "tillit": Key("The version of this language.", {"const": 1}, required=True),
    "controller": Key("Who is responsible (Art. 4(7) GDPR).", ref("controller"), required=True),
    "people": Key("The kinds of data subject, each with its title.", named(either(text(), ref("person_kind")), WORD)),
    "information": Key(
        "The types of information; a part is written parent.part.", named(ref("information_type"), WORD)
    ),
    "events": Key("Events that storage periods may start from, each with its title.", named(TITLED, WORD)),
    "clauses": Key("The numbered passages of the published policy.", named(TITLED)),
    "purposes": Key("The purposes of processing (Art. 5(1)(b) GDPR).", named(ref("purpose"), WORD), required=True),
    **{
        section: Key(says, either(named(ref(shape), WORD), UNKNOWN))
        for section, (shape, _, says) in NAMED_SECTIONS.items()
    },
    **{section: Key(says, either(ref(shape), UNKNOWN)) for section, (shape, _, says) in SINGLE_SECTIONS.items()},
}
CONTROLLER: Shape = {
    "name": Key("The controller's name.", text(), required=True),
    "country": Key("Two capital letters (ISO 3166-1).", text(COUNTRY), required=True),
    "timezone": Key("An IANA name; storage periods end with its days.", text(), required=True),
    "contact": Key("Where data subjects write.", text()),
    "organisation_number": text_("The number under which the controller is registered."),
    "address": text_("The controller's postal address."),
    "website": text_("The controller's website."),
    "clause": CLAUSE,
}
PERSON_KIND: Shape = {
    "title": Key("What people are told it is.", text(), required=True),
    "means": text_("Who belongs to it, said so that it can be tested."),
    "party_to_contract": flag("Whether they are a party to the contract themselves (Art. 6(1)(b) GDPR)."),
    "inactive_after": period("The silence after which it counts as a goodbye."),
    "leaves_by": texts("How they say goodbye."),
}
INFORMATION_TYPE: Shape = {
    "title": Key("What people are told it is.", text()),
    "parts": Key("Its parts, each with its title.", named(either(text(), ref("information_part")), WORD)),
    **INFORMATION_MORE,
}
TITLED_SHAPE: Shape = {"title": Key("What people are told it is.", text(), required=True)}
BASIS: Schema = either(
    words(*BASES),
    {
        "type": "object",
        "properties": {b: text() for b in BASES if b != "unknown"},
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    },
)
PURPOSE: Shape = {
    "clause": Key("The passage of the policy that promises it.", {"type": ["string", "number"]}, required=True),
    "title": Key("What people are told it is.", text()),
    "basis": Key(
        "The lawful basis (Art. 6(1) GDPR), or {basis: the statute, or the interest pursued}; a list is `unknown`.",
        some(BASIS),
        required=True,
    ),
    "direct_marketing": Key("True for direct marketing (Art. 21(2) GDPR).", BOOL),
    "overrides_erasure": Key("Why a legitimate interest outlasts a request (Art. 17(1)(c) GDPR).", words(*OVERRIDES)),
    "data": Key("The types of information it may hold; a type covers its parts.", some(text()), required=True),
    "keep": Key(
        "The storage period (Art. 5(1)(e) GDPR); a list of several is `unknown`.",
        some(either(text(), ref("keep"))),
        required=True,
    ),
    "people": Key("The kinds of person it is about; none means all.", some(text())),
    "activities": texts("What is done for it."),
    "personal": flag("False: the policy says that nothing personal is processed."),
    "special_condition": choice("The condition for special categories (Art. 9(2) GDPR).", *SPECIAL_CONDITIONS),
    "forms": Key("The coarsest form of a part that is enough; the maps must hold it so.", named(words(*FORMS))),
    "provided": choice("Whether the data must be given (Art. 13(2)(e) GDPR).", *PROVIDED),
    "consequence": text_("What happens when it is not given."),
    "balancing": Key("The assessment of the legitimate interest.", either(ref("balancing"), UNKNOWN)),
    "dpv": texts("Terms of the W3C Data Privacy Vocabulary, such as dpv:Marketing.", of="dpv"),
}
KEEP: Shape = {
    "for": Key("A period: 3 weeks, 1 year 6 months, 36 hours, P1Y6M.", text()),
    "after": Key(
        "What the period starts from: a declared event, `end of the calendar year [in which ...]`, or both.",
        either(text(), ref("after")),
    ),
    "until": Key("What ends it for a person: request, goodbye, opt-out, withdrawal, joined by `or`.", text()),
    "tolerance": Key("How late a sweep may be before the check calls it broken.", text()),
    "of": Key("In a list: the data that it is the period of.", some(text())),
    "people": Key("In a list: the kinds of person that it is the period of.", some(text())),
}
AFTER: Shape = {
    "event": Key("A declared event.", text()),
    "round": Key("The calendar unit whose end the start is moved to.", text()),
}

STORE: Shape = {
    "store": Key("The store's name.", text(WORD), required=True),
    "url": Key("env:NAME, the environment variable that holds the URL.", text(ENVIRONMENT), required=True),
    "country": Key("Where the data lies: two capital letters (ISO 3166-1).", text(COUNTRY), required=True),
    "timezone": Key("Of naive times, dates and times kept as text: an IANA name.", text()),
    "unmapped": Key("Tables said to hold no personal data.", some(text())),
    "tables": Key(
        "The tables that hold personal data, or that a link, clock or condition reads.",
        named(ref("table")),
        required=True,
    ),
}
TABLE: Shape = {
    "key": Key("The key column or columns, where the database does not declare them.", COLUMNS),
    "person": Key("Its rows are persons.", some(ref("person"))),
    "identifies": Key("Identifiers that lead to the owners of the row.", named(COLUMNS)),
    "owned_by": Key("Links to the rows whose persons own this row.", named(ref("link"))),
    "accessed_by": Key("Links to persons who may see the row; cut when they leave.", named(ref("link"))),
    "refers_to": Key("Keys the database does not declare; they give no person.", named(ref("link"))),
    "created": Key("What dates the row against the end of a purpose: a column, or LINK.column.", text()),
    "events": Key("Declared events of the policy, each bound to what dates it here.", named(text())),
    "columns": Key("Every column and its category, `not_personal` or `unknown`.", named(ref("column"))),
    "grounds": Key("The purposes that hold its columns.", named(either(some(ref("ground")), {"type": "null"}))),
    "when_dead": Key("What becomes of a dead row.", words("delete", "anonymise")),
    "product": Key("The column that names a product which the owners of the row own (for recalls).", COLUMN),
    "issued": Key("True: documents that were sent out or booked; a correction never rewrites them.", BOOL),
}
PERSON: Shape = {
    "kind": Key("A kind of person of the policy.", text(), required=True),
    "identified_by": Key("Identifier types, each with the columns that carry it.", named(COLUMNS)),
    "when": Key("The rows that are persons of this kind.", ref("condition")),
}
LINK: Shape = {
    "table": Key("The parent table, when the link has another name.", text()),
    "column": Key("The column of this row.", COLUMN),
    "columns": Key("The columns of this row, in the order of the parent's key.", COLUMNS),
    "to": Key("The parent's columns, when not its key (with `pointed_by`: this row's).", COLUMNS),
    "when": Key("A condition on the row that holds the pointing columns.", ref("condition")),
    "prefix": Key("The column holds this text and then the key.", text()),
    "matches": Key("Both sides trimmed and lower-cased.", words("identifier")),
    "via": Key("A link table.", ref("via")),
    "pointed_by": Key("The parent's columns that point at this row.", COLUMNS),
    "tombstone": Key("Written instead of NULL when the link is cut.", {"type": ["string", "integer"]}),
}
VIA: Shape = {
    "table": Key("The link table.", text(), required=True),
    "here": Key("Its columns that point at this row.", COLUMNS, required=True),
    "there": Key("Its columns that point at the parent.", COLUMNS, required=True),
}
COLUMN_SHAPE: Shape = {
    "is": Key("A category of the policy, `not_personal` or `unknown`.", text(), required=True),
    "about": Key("The owner links whose persons it is about; none means every owner.", some(text())),
    "dies_with": Key("The last of them (default) or the first.", words("last", "first")),
    "replace": Key(
        "What stands in a dead cell's place.", either({"type": "null"}, words("null", "pseudonym"), ref("replacement"))
    ),
    "dress": Key("How it writes time; must be said for numbers and text that are read as times.", words(*DRESSES)),
    "withhold": Key("Why it is left out of what a person is given (Art. 15(4) GDPR).", words(*WITHHELD)),
}
REPLACEMENT: Shape = {
    "with": Key("The value written.", {"type": ["string", "integer", "boolean", "null"]}, required=True),
}
GROUND: Shape = {
    "columns": Key("The columns held; none means all personal ones that the purpose's data covers.", COLUMNS),
    "since": Key("The start of the period: a column, LINK.column, last(child.column) or first(child.column).", text()),
    "where": Key("The rows it holds.", ref("condition")),
    "while": Key("What outlasts the end of the purpose.", ref("condition")),
    "missing": Key("What a missing start does: holds (default) or dies.", words("holds", "dies")),
    "form": Key("The coarser form in which a column is held.", named(words(*FORMS))),
    "through": Key("The child whose life for the same purpose holds the row: child, or child via link.", text()),
}

# Name in the JSON Schema -> the key words, and what the whole is called in a fault.
POLICY_SHAPES: Mapping[str, Shape] = {
    "controller": CONTROLLER,
    "person_kind": PERSON_KIND,
    "information_type": INFORMATION_TYPE,
    "titled": TITLED_SHAPE,
    "purpose": PURPOSE,
    "keep": KEEP,
    "after": AFTER,
    **{shape: words_ for shape, words_, _ in (*NAMED_SECTIONS.values(), *SINGLE_SECTIONS.values())},
    **INNER_SHAPES,
}
STORE_SHAPES: Mapping[str, Shape] = {
    "table": TABLE,
    "person": PERSON,
    "link": LINK,
    "via": VIA,
    "column": COLUMN_SHAPE,
    "replacement": REPLACEMENT,
    "ground": GROUND,
}
# What may stand instead of the mapping, for the values that have a short form.
SHORT_FORMS: Mapping[str, Schema] = {
    "information_type": text(),
    **{shape: text() for shape in (*(s for s, _, _ in NAMED_SECTIONS.values()), *TITLE_ALONE)},
    "link": COLUMNS,
    "column": text(),
}
