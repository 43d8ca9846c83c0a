"""The answer to a request as a letter: the same words as HTML and as plain text. Facts in, text out."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any

from tillit.documents.words import listed, markup, on, sentence, visible, words
from tillit.law.packs import Authority, statutes
from tillit.model.period import Period
from tillit.model.policy import Basis, Policy, Purpose

WIDTH = 78
CSP = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
STYLE = """
:root{color-scheme:light dark}
body{font:17px/1.6 Georgia,'Times New Roman',serif;max-width:40rem;margin:3rem auto;padding:0 1.5rem;color:#1d2430;
background:#fff}
header{border-bottom:1px solid #c9d0da;margin-bottom:2rem;padding-bottom:1rem}
header p{margin:0;color:#556070;font:14px/1.5 system-ui,sans-serif}
h1{font:600 1.7rem/1.25 system-ui,sans-serif;margin:.3rem 0 1rem}
h2{font:600 1.05rem/1.3 system-ui,sans-serif;margin:2rem 0 .4rem}
p,li{white-space:pre-wrap;overflow-wrap:anywhere}
ul{padding-left:1.2rem}li{margin:.35rem 0}
.draft{background:#fff3cd;color:#4a3b00;padding:.5rem .8rem;border-radius:.3rem}
footer{border-top:1px solid #c9d0da;margin-top:2.5rem;padding-top:.8rem;color:#556070}
footer p{font:14px/1.5 system-ui,sans-serif;margin:0}
@media (prefers-color-scheme:dark){body{background:#14181f;color:#e4e8ee}header p,footer{color:#a4aebb}}
@media print{body{margin:0;max-width:none;color:#000;background:#fff}h2{break-after:avoid}li{break-inside:avoid}}
"""


class How(Enum):
    """Why something is kept, where it is not simply a purpose that goes on."""

    IN_USE = "in_use"
    OUTLASTS = "outlasts"
    HOLD = "hold"
    OTHERS = "others"
    SHELL = "shell"


@dataclass(frozen=True, slots=True)
class Keeping:
    """Some kinds of data that are kept for one reason. `purpose` None: see `how`."""

    what: tuple[str, ...]  # titles of kinds of data
    how: How
    purpose: Purpose | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """One kind of data that was corrected, in so many cells. `old` empty: nothing stood there."""

    what: str
    old: tuple[str, ...]
    new: str
    cells: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that was not done. `code` is a word of `[refused]`; `because` and `by` are the decider's."""

    code: str
    what: str = ""
    basis: Basis = Basis.UNKNOWN
    because: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """Everything that the answer to one request says."""

    language: str
    right: str  # access, rectification, erasure, restriction, objection, withdrawal, portability, goodbye
    policy: Policy
    authority: Authority | None
    reference: str
    received: date
    answered: date
    draft: bool = False
    nothing_held: bool = False
    done: tuple[tuple[str, tuple[str, ...]], ...] = ()  # (word of `[done]`, what): a sentence each
    due: date | None = None
    told_on: date | None = None  # of a pause that ends
    destroyed: date | None = None  # when what was removed is destroyed for good
    corrections: tuple[Correction, ...] = ()
    issued: tuple[str, ...] = ()  # documents that were not rewritten
    kept: tuple[Keeping, ...] = ()
    refused: tuple[Refusal, ...] = ()
    withheld: tuple[tuple[str, str], ...] = ()  # (what, code)
    recipients: tuple[str, ...] | None = None  # None: not said, because nothing changed for them
    attached: str = ""


@dataclass(frozen=True, slots=True)
class _Block:
    """A heading, and what stands under it: `items` as a list, when there are several or it is one."""

    heading: str
    items: tuple[str, ...]
    as_list: bool = False


def as_text(letter: Letter) -> str:
    """The letter as plain text."""
    w = words("letter", letter.language)
    lines = [visible(letter.policy.controller.name), on(letter.answered, letter.language)]
    lines += [w["reference"].format(reference=letter.reference), ""]
    title = w["title"][letter.right]
    lines += [title, "=" * len(title), ""]
    if letter.draft:
        lines += [f"[{w['preview']}]", ""]
    lines += [w["greeting"], ""]
    for block in _blocks(letter):
        if block.heading:
            lines += [block.heading, "-" * len(block.heading)]
        for item in block.items:
            lines += _wrapped(visible(item), bullet=block.as_list)
            if not block.as_list:
                lines.append("")
        if block.as_list:
            lines.append("")
    lines += [w["closing"], *(visible(line) for line in _sender(letter.policy)), ""]
    return "\n".join(lines)


def _wrapped(text: str, *, bullet: bool) -> list[str]:
    found: list[str] = []
    for number, part in enumerate(text.split("\n")):
        first = "- " if bullet and number == 0 else "  " if bullet else ""
        rest = "  " if bullet else ""
        found += textwrap.wrap(
            part, WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
        ) or [""]
    return found


def as_html(letter: Letter) -> str:
    """The letter as one HTML page that loads nothing and runs nothing."""
    w = words("letter", letter.language)
    title = markup(w["title"][letter.right])
    reference = markup(w["reference"].format(reference=letter.reference))
    parts = [
        f'<!doctype html>\n<html lang="{letter.language}">\n<head>\n<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{CSP}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="referrer" content="no-referrer">',
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<header>",
        f"<p>{markup(letter.policy.controller.name)}</p>",
        f"<h1>{title}</h1>\n<p>{on(letter.answered, letter.language)} · {reference}</p>\n</header>\n<main>",
    ]
    if letter.draft:
        parts.append(f'<p class="draft">{markup(w["preview"])}</p>')
    parts.append(f"<p>{markup(w['greeting'])}</p>")
    for block in _blocks(letter):
        if block.heading:
            parts.append(f"<h2>{markup(block.heading)}</h2>")
        if block.as_list:
            parts += ["<ul>", *(f"<li>{markup(item)}</li>" for item in block.items), "</ul>"]
        else:
            parts += [f"<p>{markup(item)}</p>" for item in block.items]
    parts.append(f"</main>\n<footer><p>{markup(w['closing'])}</p>")
    parts += [f"<p>{markup(line)}</p>" for line in _sender(letter.policy)]
    return "\n".join([*parts, "</footer>\n</body>\n</html>\n"])


def _sender(policy: Policy) -> Iterator[str]:
    controller, contact = policy.controller, policy.contact
    yield controller.name
    if contact is not None and contact.title:
        yield contact.title
    if controller.address:
        yield controller.address
    email = (contact.email if contact is not None else "") or controller.contact
    if email:
        yield email
    if contact is not None and contact.telephone:
        yield contact.telephone


def _blocks(letter: Letter) -> Iterator[_Block]:
    w = words("letter", letter.language)
    wish = w["wish"][letter.right]
    yield _Block("", (w["asked"].format(received=on(letter.received, letter.language), wish=wish),))
    if letter.nothing_held:
        yield _Block("", (w["nothing_held"],))
    done = tuple(_done(letter, w))
    if done:
        yield _Block(w["heading"]["done"], done)
    changed = tuple(_changed(letter, w))
    if changed:
        yield _Block(w["heading"]["changed"], changed, as_list=True)
    refused = tuple(_refusal(letter, one, w) for one in letter.refused)
    if refused:
        yield _Block(w["heading"]["refused"], refused, as_list=len(refused) > 1)
    kept = tuple(dict.fromkeys(kept_words(one, letter.language) for one in letter.kept))
    if kept:
        yield _Block(w["heading"]["kept"], kept, as_list=True)
    if letter.withheld:
        left_out = tuple(sentence(w["withheld"][code].format(what=what)) + "." for what, code in letter.withheld)
        yield _Block(w["heading"]["withheld"], left_out, as_list=True)
    if letter.recipients is not None:
        who = listed(letter.recipients, letter.language)
        told = w["told"]["recipients"].format(who=who) if who else w["told"]["nobody"]
        yield _Block(w["heading"]["told"], (told,))
    if letter.attached:
        yield _Block(w["heading"]["attached"], (w["attached"]["package"].format(file=letter.attached),))
    yield _Block(w["heading"]["remedies"], (complaint_words(letter.authority, letter.language), _questions(letter, w)))


def _done(letter: Letter, w: Mapping[str, Any]) -> Iterator[str]:
    kept = {title for one in letter.kept for title in one.what}
    for code, named in letter.done:
        what = [w["in_part"].format(what=one) if code == "removed" and one in kept else one for one in named]
        yield w["done"][code].format(
            what=listed(what, letter.language) or w["kept"]["anything"],
            removed=on(letter.answered, letter.language),
            destroyed=on(letter.destroyed or letter.answered, letter.language),
            due=on(letter.due, letter.language),
            told=on(letter.told_on, letter.language),
        )


def _changed(letter: Letter, w: Mapping[str, Any]) -> Iterator[str]:
    for one in letter.corrections:
        if not one.cells:
            yield w["changed"]["none"]
            continue
        old = " / ".join(one.old) or "–"
        yield w["changed"]["row"].format(
            what=one.what, old=old, new=one.new, count=_count(w["changed"]["places"], one.cells)
        )
    if letter.issued:
        yield w["changed"]["issued"].format(what=listed(letter.issued, letter.language))


def _count(forms: Sequence[str], number: int) -> str:
    return forms[0] if number == 1 else forms[1].format(count=number)


def _refusal(letter: Letter, one: Refusal, w: Mapping[str, Any]) -> str:
    because = one.because.strip()
    if because and because[-1] not in ".!?":
        because += "."
    text: str = w["refused"][one.code]
    why = w["instead"][one.basis.value]
    day = on(letter.answered, letter.language)
    return sentence(text.format(what=one.what, why=why, because=because, by=one.by, day=day))


def kept_words(one: Keeping, language: str) -> str:
    """Why something is kept and until when, in a sentence."""
    w = words("letter", language)
    what = listed(one.what, language) or w["kept"]["anything"]
    if one.purpose is None or one.how is not How.IN_USE:
        title = one.purpose.title if one.purpose is not None else ""
        return sentence(w["kept"][one.how.value].format(what=what, title=title)) + "."
    return sentence(_because(one.purpose, what, w) + _until(one, w, language)) + "."


def _because(purpose: Purpose, what: str, w: Mapping[str, Any]) -> str:
    kept = w["kept"]
    if purpose.basis is Basis.LEGAL_OBLIGATION:
        named = statutes().get(purpose.basis_reference)
        if named is None:
            return str(kept["legal_obligation_unnamed"].format(what=what))
        # The Swedish name stands in the article, the English one in the title.
        swedish = named.article.partition(" (")[0]
        law = (swedish[:1].lower() + swedish[1:]) if w["and"] == "och" else named.title.partition(":")[0]
        return str(kept["legal_obligation"].format(what=what, law=law, article=named.article))
    text = str(kept[purpose.basis.value].format(what=what, title=purpose.title))
    if purpose.overrides_erasure:
        text += f"; {w['overrides'][purpose.overrides_erasure]}"
    return text


def _until(one: Keeping, w: Mapping[str, Any], language: str) -> str:
    assert one.purpose is not None
    keep = one.purpose.keep
    if one.until is not None:
        return str(w["kept"]["until"].format(day=on(one.until, language)))
    if keep.period is not None:
        return str(w["kept"]["period"].format(period=period_words(keep.period, language)))
    if keep.until and one.purpose.basis is not Basis.CONSENT:
        events = [w["event"][event.value] for event in sorted(keep.until, key=lambda e: e.value)]
        return str(w["kept"]["until_event"].format(event=listed(events, language, "or")))
    return ""


def period_words(period: Period, language: str) -> str:
    """`7 years and 6 months`."""
    w = words("letter", language)["period"]
    units = ("years", "months", "weeks", "days", "hours")
    return listed((_count(w[unit], getattr(period, unit)) for unit in units if getattr(period, unit)), language)


def complaint_words(authority: Authority | None, language: str) -> str:
    """Where a person may complain, and that there is a court (Art. 77 and 79)."""
    w = words("letter", language)["remedies"]
    if authority is None:
        return str(w["complaint_unnamed"])
    return str(w["complaint"].format(authority=authority.name, website=authority.website))


def _questions(letter: Letter, w: Mapping[str, Any]) -> str:
    contact = letter.policy.contact
    email = (contact.email if contact is not None else "") or letter.policy.controller.contact
    return str(w["questions"].format(contact=email) if email else w["questions_nowhere"])
