"""Documents written from a policy: the notice, the record, DPV, TILT, and the report with what the checks saw."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

from tillit.documents.dpv import dpv_text, unknown_terms
from tillit.documents.notice import notice
from tillit.documents.notice_html import notice_html
from tillit.documents.notice_items import items
from tillit.documents.notice_language import Language
from tillit.documents.notice_markdown import notice_markdown
from tillit.documents.record import record, record_csv, record_html, record_xlsx
from tillit.documents.report import Judged, report
from tillit.documents.tilt import tilt
from tillit.model.errors import TillitError
from tillit.model.policy import Policy
from tillit.policy.rules import lint
from tillit.run.memory import Memory
from tillit.run.stores import OpenStore
from tillit.service.check import check
from tillit.service.lint import lint_file
from tillit.service.project import Project
from tillit.service.render_translations import read_translations


class Tongue(StrEnum):
    """The languages that our sentences are written in."""

    ENGLISH = "en"
    SWEDISH = "sv"


@dataclass(frozen=True, slots=True)
class Rendered:
    """A document. `missing`: what the policy does not say and the document should tell; `notes`: what else to know."""

    content: bytes
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Source:
    policy: Policy
    language: Language
    today: date


def _read(file: Path, language: str, now: datetime) -> _Source:
    policy = lint_file(file, now).policy
    folder = file if file.is_dir() else file.parent
    today = now.astimezone(ZoneInfo(policy.controller.timezone)).date()
    return _Source(policy, Language(language, read_translations(folder, language)), today)


def render_notice(
    file: Path, language: Tongue, now: datetime, as_markdown: bool = False, since: Path | None = None
) -> Rendered:
    """The notice (Art. 13 and 14 GDPR). `file`: a policy, or a project's folder; `since`: an earlier policy.

    Raises Faults when a file is no policy, TillitError when there is none.
    """
    source = _read(file, language.value, now)
    earlier = lint_file(since, now).policy if since is not None else None
    made = notice(source.policy, source.language, source.today, earlier)
    articles = {item.key: item.article for item in items(source.policy)}
    missing = tuple(f"Art. {articles[key]} GDPR: {Language('en').say(f'item.{key}')}" for key in made.missing)
    text = notice_markdown(made) if as_markdown else notice_html(made)
    return Rendered(text.encode(), missing, _untranslated(source.language))


def render_record(file: Path, language: Tongue, now: datetime, form: str = "html") -> Rendered:
    """The record of processing activities (Art. 30 GDPR), as `html`, `csv` or `xlsx`."""
    source = _read(file, language.value, now)
    made = record(source.policy, source.language, source.today)
    forms: dict[str, Callable[[], bytes]] = {
        "html": lambda: record_html(made).encode(),
        "csv": lambda: record_csv(made),
        "xlsx": lambda: record_xlsx(made, source.today),
    }
    return Rendered(forms[form](), (), _untranslated(source.language))


def render_dpv(file: Path, now: datetime) -> Rendered:
    """The policy as JSON-LD in the W3C Data Privacy Vocabulary."""
    policy = lint_file(file, now).policy
    left_out = tuple(f"the vocabulary has no term {term}: it is left out" for term in unknown_terms(policy))
    return Rendered(dpv_text(policy).encode(), (), left_out)


def render_tilt(file: Path, language: Tongue, now: datetime) -> Rendered:
    """The policy in the Transparency Information Language."""
    source = _read(file, language.value, now)
    made = tilt(source.policy, source.language)
    return Rendered(made.text().encode(), made.missing, _untranslated(source.language))


def render_report(
    project: Project, memory: Memory, stores: list[OpenStore], language: Tongue, now: datetime
) -> Rendered:
    """The report: looks at every store as `check` does, keeps the evidence, and sets it beside the policy.

    Raises what `check` raises.
    """
    seen = check(project, memory, stores, now)
    today = now.astimezone(ZoneInfo(project.policy.controller.timezone)).date()
    words = Language(language.value, read_translations(project.folder, language.value))
    judged = Judged(seen.clauses, lint(project.policy, today), seen.at, seen.digest)
    return Rendered(report(project.policy, judged, words).encode(), (), _untranslated(words))


def _untranslated(language: Language) -> tuple[str, ...]:
    number = len(language.untranslated)
    if not number:
        return ()
    first = "; ".join(list(language.untranslated)[:3])
    return (f"{number} texts have no translation in translations/{language.code}.yaml, such as: {first}",)


def write(content: bytes, place: Path) -> None:
    """Write a document whole, or not at all. Raises TillitError."""
    partial = place.with_name(f".{place.name}.{os.getpid()}.part")
    try:
        partial.write_bytes(content)
        partial.replace(place)
    except OSError as error:
        with suppress(OSError):
            partial.unlink()
        raise TillitError(
            f"{place.name} cannot be written: {error.strerror}", "name another file with --output"
        ) from None
