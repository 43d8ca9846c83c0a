"""The record of processing activities (Art. 30(1) GDPR): one row a purpose. As a page, as CSV and as a workbook."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from io import BytesIO, StringIO

from xlsxwriter import Workbook

from tillit.documents import notice_words as w
from tillit.documents.notice_html import templates
from tillit.documents.notice_language import Language
from tillit.documents.notice_text import clean
from tillit.documents.words import cell
from tillit.model.policy import Policy, Purpose

COLUMNS = (
    "clause",
    "purpose",
    "basis",
    "people",
    "data",
    "special",
    "recipients",
    "transfers",
    "keep",
    "places",
    "security",
)
LONGEST = 32000  # characters; a cell of a workbook holds 32,767
WIDTHS = (8, 30, 34, 28, 44, 22, 34, 38, 40, 30, 44)


@dataclass(frozen=True, slots=True)
class Record:
    """The record. `about` tells of the controller; `rows` have one text for each of COLUMNS, of several lines."""

    language: str
    title: str
    about: tuple[tuple[str, str], ...]
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def record(policy: Policy, language: Language, today: date) -> Record:
    """The record of a policy: Art. 30(1)(a) to (g)."""
    return Record(
        language.code,
        language.say("record.title"),
        _about(policy, language, today),
        tuple(language.say(f"record.{column}") for column in COLUMNS),
        tuple(_row(policy, purpose, language) for purpose in policy.purposes.values()),
    )


def _about(policy: Policy, language: Language, today: date) -> tuple[tuple[str, str], ...]:
    c, contact, say = policy.controller, policy.contact, language.say
    who = ""
    if contact is not None:
        who = ", ".join(filter(None, (language.own(contact.title), clean(contact.email), clean(contact.telephone))))
    officer = contact.data_protection_officer if contact is not None else None
    version = clean(policy.notice.version) if policy.notice is not None else ""
    rows = (
        (say("record.controller"), clean(c.name)),
        (say("controller.number"), clean(c.organisation_number)),
        (say("controller.address"), clean(c.address)),
        (say("record.contact"), who or clean(c.contact)),
        (say("contact.officer"), {True: who, False: say("record.no_officer"), None: say("say.unsaid")}[officer]),
        (say("controller.version"), version),
        (say("record.made"), language.day(today)),
        (say("record.digest"), clean(policy.digest)),
    )
    return tuple((label, value) for label, value in rows if value)


def _row(policy: Policy, purpose: Purpose, language: Language) -> tuple[str, ...]:
    unsaid = language.say("say.unsaid")
    receivers = [r for r in policy.recipients.values() if purpose.name in r.purposes]
    places = [p for p in policy.storage.values() if _holds(purpose, p.data, p.purposes)]
    names = {t for r in receivers for t in r.transfers} | {t for p in places for t in p.transfers}
    special = [
        w.informed(policy, n).special_category
        for n in policy.leaves()
        if "unknown" not in purpose.data and purpose.covers(n)
    ]
    texts = (
        clean(purpose.clause),
        language.own(purpose.title or purpose.name),
        "\n".join(w.basis_lines(w.bases(purpose), language, short=True)),
        "\n".join(w.kinds(policy, purpose.people, language)) or language.say("purpose.everyone"),
        "\n".join(w.categories(policy, purpose.data, language)) or unsaid,
        "\n".join(w.capital(language.word("category", s)) for s in dict.fromkeys(special) if s),
        "\n".join(f"{language.own(r.title or r.name)}{_names(r.names, language)}" for r in receivers)
        or language.say("purpose.nobody"),
        "\n".join(_transfer(policy, name, language) for name in policy.transfers if name in names),
        "\n".join(w.periods(policy, purpose, language)),
        "\n".join(language.own(p.title or p.name) for p in places),
        "\n".join(_measures(policy, {p.name for p in places}, language)),
    )
    return tuple(text[:LONGEST] for text in texts)


def _names(names: tuple[str, ...], language: Language) -> str:
    return f" ({', '.join(language.own(n) for n in names)})" if names else ""


def _holds(purpose: Purpose, data: tuple[str, ...], purposes: tuple[str, ...]) -> bool:
    if purposes:
        return purpose.name in purposes
    return any(d == own or d.startswith(f"{own}.") or own.startswith(f"{d}.") for d in data for own in purpose.data)


def _transfer(policy: Policy, name: str, language: Language) -> str:
    transfer = policy.transfers[name]
    how = language.listed(language.word("mechanism", m) for m in transfer.mechanism) or language.say("say.unsaid")
    return f"{w.capital(language.countries(transfer.to)) or language.say('say.unsaid')}: {how}"


def _measures(policy: Policy, places: set[str], language: Language) -> list[str]:
    """The general description of security measures (Art. 30(1)(g)): those of the places, and those of all."""
    return [language.own(m.title or m.name) for m in policy.security.values() if not m.covers or places & set(m.covers)]


def record_csv(made: Record) -> bytes:
    """UTF-8 with a mark, so that spreadsheets read it right; no cell is a formula. The heads are stable code words."""
    out = StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([cell("; ".join(text.split("\n"))) for text in row] for row in made.rows)
    return out.getvalue().encode("utf-8-sig")


def record_xlsx(made: Record, day: date) -> bytes:
    """A workbook of two sheets. Every cell is written as text: none is a formula or a link."""
    out = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(out, options) as book:
        book.set_properties({"title": made.title, "created": day})
        text = book.add_format({"text_wrap": True, "valign": "top"})
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "bottom", "bottom": 1})
        sheet = book.add_worksheet("Art. 30")
        sheet.freeze_panes(1, 2)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        for column, width in enumerate(WIDTHS):
            sheet.set_column(column, column, width)
        for column, name in enumerate(made.head):
            sheet.write_string(0, column, name, head)
        for number, row in enumerate(made.rows, 1):
            for column, value in enumerate(row):
                sheet.write_string(number, column, value, text)
        sheet.autofilter(0, 0, max(len(made.rows), 1), len(COLUMNS) - 1)
        about = book.add_worksheet("Art. 30(1)(a)")
        about.set_column(0, 0, 28)
        about.set_column(1, 1, 70)
        for number, (label, value) in enumerate(made.about):
            about.write_string(number, 0, label, head)
            about.write_string(number, 1, value, text)
    return out.getvalue()


def record_html(made: Record) -> str:
    """The record as one page; each purpose a card, so that it can be read on a narrow screen and on paper."""
    page = templates().get_template("record.html")
    rows = tuple(tuple(zip(made.head[2:], (text.split("\n") for text in row[2:]), strict=True)) for row in made.rows)
    cards = tuple((row[0], row[1], told) for row, told in zip(made.rows, rows, strict=True))
    return page.render(record=made, cards=cards).lstrip()
