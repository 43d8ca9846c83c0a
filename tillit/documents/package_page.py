"""The page of a person's package, and what Art. 15(1) wants told besides the data. It loads and runs nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tillit.documents.letter import CSP, complaint_words, period_words
from tillit.documents.words import listed, markup, on, sentence, words
from tillit.law.packs import Authority
from tillit.law.transfers import is_third_country
from tillit.model.policy import Basis, Policy, Purpose

Row = Sequence[object]
SHOWN = 50  # rows of a table on the page; the files hold all


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: its name there, and what people are told it is."""

    name: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class TableData:
    """A table of the package. `rows` gives the same rows each time that it is called."""

    place: str  # STORE.TABLE
    columns: tuple[Column, ...]
    purposes: tuple[str, ...]  # names in the policy
    rows: Callable[[], Iterable[Row]]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What is not in the package, and the coded reason. `rows`: how many rows it is in; None where it is all of it."""

    what: str
    code: str
    rows: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """What the page tells besides the data."""

    language: str
    right: str  # access or portability
    policy: Policy
    authority: Authority | None
    reference: str
    made: datetime
    categories: frozenset[str]  # those that the data belongs to
    purposes: tuple[str, ...]  # that it is used for
    left_out: tuple[LeftOut, ...] = ()


@dataclass(slots=True)
class Written:
    """A file in the zip, once it is written."""

    name: str
    sha256: str
    size: int
    rows: int = 0


def plain(value: object) -> object:
    """A value of a database as JSON's own kinds; binary data as hexadecimal digits."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if value == value and abs(value) != float("inf") else str(value)
        case datetime():
            return value.isoformat(sep=" ")
        case date():
            return value.isoformat()
        case bytes() | bytearray() | memoryview():
            return bytes(value).hex()
        case Mapping():
            return {str(k): plain(v) for k, v in value.items()}
        case list() | tuple() | set() | frozenset():
            return [plain(v) for v in value]
        case _:
            return str(value)


# -- what Art. 15(1) wants told


def _used(about: Package) -> list[Purpose]:
    return [about.policy.purposes[name] for name in about.purposes if name in about.policy.purposes]


def _touches(data: Sequence[str], categories: Iterable[str]) -> bool:
    return not data or any(c == d or c.startswith(d + ".") for d in data for c in categories)


def information(about: Package) -> dict[str, object]:
    """Art. 15(1) and (2) for machines, from the policy."""
    policy, w = about.policy, words("package", about.language)
    return {
        "controller": {"name": policy.controller.name, "contact": policy.controller.contact},
        "reference": about.reference,
        "made": about.made.isoformat(),
        "purposes": [
            {"title": p.title, "basis": p.basis.value, "reference": p.basis_reference, "kept": _kept(p, about.language)}
            for p in _used(about)
        ],
        "categories": _categories(about),
        "recipients": [{"title": who, "names": names, "countries": where} for who, names, where in _recipients(about)],
        "transfers": _transfers(about),
        "sources": _sources(about),
        "automated_decisions": _automated(about),
        "rights": list(w["rights"]),
        "complaint": complaint_words(about.authority, about.language),
        "left_out": [{"what": one.what, "reason": one.code, "rows": one.rows} for one in about.left_out],
    }


def _categories(about: Package) -> list[str]:
    return [title for name, title in about.policy.categories.items() if name in about.categories]


def _kept(purpose: Purpose, language: str) -> str:
    keep, w = purpose.keep, words("package", language)
    events = words("letter", language)["event"]
    if keep.period is not None:
        kept = period_words(keep.period, language)
        if keep.rounding.value in w["rounding"]:
            return str(w["after"].format(period=kept, start=w["rounding"][keep.rounding.value]))
        return kept
    if keep.until:
        named = listed((events[e.value] for e in sorted(keep.until, key=lambda e: e.value)), language, "or")
        return str(w["until"].format(event=named))
    return str(w["needed"])


def _recipients(about: Package) -> list[tuple[str, list[str], list[str]]]:
    return [
        (one.title or one.name, list(one.names), list(one.country))
        for one in about.policy.recipients.values()
        if _touches(one.data, about.categories)
    ]


def _transfers(about: Package) -> list[str]:
    w = words("package", about.language)
    found = []
    for one in about.policy.transfers.values():
        if not _touches(one.data, about.categories) or not any(is_third_country(c) for c in one.to if c != "unknown"):
            continue
        how = listed((w["mechanism"].get(m, m.replace("_", " ")) for m in one.mechanism), about.language)
        text = w["transfer"].format(to=listed(one.to, about.language), how=how or w["unsaid"])
        found.append(text + (" " + w["copy"].format(copy=one.copy) if one.copy else ""))
    return found


def _sources(about: Package) -> list[str]:
    w = words("package", about.language)
    named = [
        one.title or w["source"].get(one.kind, one.name)
        for one in about.policy.sources.values()
        if _touches(one.gives, about.categories)
    ]
    known = [about.policy.information.get(category) for category in sorted(about.categories)]
    kinds = {kind for one in known if one is not None for kind in one.obtained}
    unsaid = any(one is None or not one.obtained for one in known)
    return named or [*(w["source"].get(k, k) for k in sorted(kinds)), *([w["source_unsaid"]] if unsaid else [])]


def _automated(about: Package) -> str:
    w, said = words("package", about.language), about.policy.automated_decisions
    if said is None or said.in_use is None:
        return str(w["automated_unsaid"])
    if not said.in_use:
        return str(w["automated_none"])
    return str(w["automated"].format(logic=said.logic or w["unsaid"]))


# -- the page

STYLE = """
:root{color-scheme:light dark;--line:#d5dbe3;--soft:#556070;--back:#f6f8fa}
body{font:16px/1.55 system-ui,sans-serif;max-width:64rem;margin:2.5rem auto;padding:0 1.25rem;
color:#1d2430;background:#fff}
h1{font-size:1.8rem;line-height:1.2;margin:.2rem 0 .6rem}h2{font-size:1.2rem;margin:2.4rem 0 .5rem}
h3{font-size:1rem;margin:1.6rem 0 .3rem}
p,li,td,th{overflow-wrap:anywhere}.soft{color:var(--soft);font-size:.9rem}
table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{text-align:left;vertical-align:top;padding:.35rem .6rem;border-bottom:1px solid var(--line);min-width:4rem}
td{white-space:pre-wrap}th{font-weight:600}th small{display:block;font-weight:400;color:var(--soft)}
.wide{overflow-x:auto;border:1px solid var(--line);border-radius:.4rem}.wide table{border:0}
code{font-size:.8em;overflow-wrap:anywhere}nav a{margin-right:1rem}a{color:#0a58a8}
details{margin:.5rem 0}
@media (prefers-color-scheme:dark){:root{--line:#38424f;--soft:#a4aebb}body{background:#14181f;color:#e4e8ee}
a{color:#7db8f5}}
@media print{body{margin:0;max-width:none}.wide{overflow:visible}}
"""
Shown = Sequence[tuple[TableData, list[Row], Written, Written]]


def page(about: Package, tables: Shown, files: Sequence[Written]) -> Iterator[str]:
    w = words("package", about.language)
    title = markup(w["title"][about.right])
    yield f'<!doctype html>\n<html lang="{about.language}">\n<head>\n<meta charset="utf-8">\n'
    yield f'<meta http-equiv="Content-Security-Policy" content="{CSP}">\n<meta name="referrer" content="no-referrer">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<header>\n"
    yield f'<p class="soft">{markup(about.policy.controller.name)}</p>\n<h1>{title}</h1>\n'
    made = w["made"].format(day=on(about.made, about.language), reference=about.reference)
    yield f'<p class="soft">{markup(made)}</p>\n<p>{markup(w["intro"][about.right])}</p>\n</header>\n<main>\n'
    yield from _told(about)
    if about.left_out:
        yield f"<h2>{markup(w['heading']['left_out'])}</h2>\n<ul>\n"
        yield from (f"<li>{markup(left_out_words(one, about.language))}</li>\n" for one in about.left_out)
        yield "</ul>\n"
    yield f"<h2>{markup(w['heading']['data'])}</h2>\n"
    if not tables:
        yield f"<p>{markup(w['no_data'])}</p>\n"
    for table, rows, as_csv, as_json in tables:
        yield from _table(about, table, rows, as_csv, as_json)
    yield f"<h2>{markup(w['heading']['files'])}</h2>\n<p>{markup(w['checksums'])}</p>\n"
    yield '<div class="wide"><table>\n'
    for one in files:
        yield f'<tr><td><a href="{markup(one.name)}">{markup(one.name)}</a></td><td>{one.size:,}</td>'
        yield f"<td><code>{one.sha256}</code></td></tr>\n"
    yield "</table></div>\n</main>\n</body>\n</html>\n"


def left_out_words(one: LeftOut, language: str) -> str:
    """What is left out, and why."""
    w = words("package", language)
    rows = "" if one.rows is None else " " + (w["rows"][0] if one.rows == 1 else w["rows"][1].format(count=one.rows))
    text = words("letter", language)["withheld"].get(one.code) or w["left_out"][one.code]
    return sentence(text.format(what=one.what + rows)) + "."


def _told(about: Package) -> Iterator[str]:
    w, policy = words("package", about.language), about.policy
    heading = w["heading"]
    yield f'<h2>{markup(heading["purposes"])}</h2>\n<div class="wide"><table>\n<tr>'
    yield "".join(f"<th>{markup(name)}</th>" for name in w["purpose_columns"]) + "</tr>\n"
    for purpose in _used(about):
        basis = w["basis"][purpose.basis.value]
        if purpose.basis is Basis.LEGITIMATE_INTERESTS and purpose.basis_reference:
            basis += f": {purpose.basis_reference}"
        cells = (purpose.title, basis, _kept(purpose, about.language))
        yield "<tr>" + "".join(f"<td>{markup(text)}</td>" for text in cells) + "</tr>\n"
    yield "</table></div>\n"
    recipients = [
        who + (f": {', '.join(names)}" if names else "") + (f" ({', '.join(where)})" if where else "")
        for who, names, where in _recipients(about)
    ]
    parts = (
        ("categories", _categories(about)),
        ("recipients", recipients or [w["no_recipients"]]),
        ("transfers", _transfers(about) or [w["no_transfers"]]),
        ("sources", _sources(about)),
        ("automated", [_automated(about)]),
        ("rights", [*w["rights"], complaint_words(about.authority, about.language)]),
    )
    for name, items in parts:
        yield f"<h2>{markup(heading[name])}</h2>\n<ul>\n"
        yield "".join(f"<li>{markup(item)}</li>\n" for item in items) + "</ul>\n"
    contact = policy.controller.contact or (policy.contact.email if policy.contact else "")
    if contact:
        yield f"<p>{markup(w['contact'].format(contact=contact))}</p>\n"


def _table(about: Package, table: TableData, rows: Sequence[Row], as_csv: Written, as_json: Written) -> Iterator[str]:
    w = words("package", about.language)
    count = w["rows"][0] if as_csv.rows == 1 else w["rows"][1].format(count=as_csv.rows)
    yield f'<section>\n<h3>{markup(table.place)} <span class="soft">{markup(count)}</span></h3>\n<p class="soft">'
    titles = [about.policy.purposes[name].title for name in table.purposes if name in about.policy.purposes]
    if titles:
        yield markup(w["used_for"].format(what=listed(titles, about.language))) + " "
    yield f'<a href="{as_csv.name}">CSV</a> · <a href="{as_json.name}">JSON</a></p>\n<div class="wide"><table>\n<tr>'
    for column in table.columns:
        yield f"<th>{markup(column.name)}{f'<small>{markup(column.title)}</small>' if column.title else ''}</th>"
    yield "</tr>\n"
    for row in rows:
        cells = ("" if value is None else str(plain(value)) for value in row)
        yield "<tr>" + "".join(f"<td>{markup(text)}</td>" for text in cells) + "</tr>\n"
    yield "</table></div>\n"
    if as_csv.rows > len(rows):
        yield f'<p class="soft">{markup(w["more"].format(shown=len(rows), count=as_csv.rows))}</p>\n'
    yield "</section>\n"
