"""A small clinic on any engine: a policy that promises one thing of each kind, and a store in which all is well."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from tests.connectors.support import run
from tillit.checks.verdict import Evidence, State
from tillit.run.memory import Memory
from tillit.run.stores import OpenStore
from tillit.service.check import Checked, check
from tillit.service.project import Project, load, open_stores, remembering

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)

POLICY = """
tillit: 1
controller: {name: Example AB, country: SE, timezone: Europe/Stockholm}
people: {patient: Patients}
clauses:
  "1": {title: Visits}
  "2": {title: What we know}
  "3": {title: Security}
  "4": {title: Others}
  "5": {title: Letters}
  "6": {title: Rights}
information:
  contact:
    title: Contact data
    clause: "2"
    parts:
      name: Name
      email: E-mail
      password: {title: Password, credential: true, stored_as: hash}
  notes: {title: Notes, clause: "2"}
purposes:
  visits:
    clause: "1"
    title: Visits
    basis: contract
    data: [contact, notes]
    keep: until goodbye or request
  letters:
    clause: "5"
    title: Letters
    basis: {legitimate_interests: telling patients of news}
    direct_marketing: true
    data: [contact.email]
    keep: until opt-out or request
sources:
  register: {clause: "4", title: A register, kind: public_register, gives: contact.name, told: within_a_month}
recipients:
  host:
    clause: "4"
    title: Hosting
    role: processor
    country: SE
    data: [contact, notes]
    purposes: [visits]
    agreement: DPA-1
    agreed: 2025-01-01
    reviewed: 2026-06-01
    review_every: 12 months
storage:
  server: {clause: "3", title: Our server, country: SE, run_by: host, data: [contact, notes]}
security:
  transit: {clause: "3", title: Encrypted when sent, kind: encryption_in_transit, covers: server}
  rest: {clause: "3", title: Encrypted at rest, kind: encryption_at_rest, covers: server}
  hashes: {clause: "3", title: Passwords are hashes, kind: password_hashing}
  access: {clause: "3", title: Only staff, kind: access_control}
never:
  card_numbers: {clause: "3", title: No card numbers}
  undeclared_disclosure: {clause: "4", title: Nobody else}
  individual_segments: {clause: "5", title: Groups only}
rights:
  clause: "6"
  answer_within: 1 month
  offered: {erasure: {clause: "6", title: Deletion, offered: true}}
marketing:
  clause: "5"
  channels:
    letter: {clause: "5", title: Letters, purposes: [letters], people: patient, permission: consent, opt_out: link}
  unresponsive: {clause: "5", title: Silence, messages: 3, within: 2 years, review_every: 6 months, approved_by: head}
  segments: {clause: "5", title: Groups, individual: false, smallest_group: 20, resolved: at_send}
"""

MAP = """
store: clinic
url: env:CLINIC_URL
country: SE
timezone: UTC
unmapped: [groups, sends, replies, disclosures, members, counters]
tables:
  patients:
    person: {kind: patient, identified_by: {email: email}}
    columns: {name: contact.name, email: contact.email, password: contact.password, note: notes,
      opted_out_at: not_personal, obtained: not_personal, told: not_personal}
    when_dead: delete
    grounds: {visits: {}}
"""

CHECKS = """
stores: {clinic: {place: server, encrypted_by: disk}}
segments: [{store: clinic, table: groups, group: name, size: members}]
opt_outs: [{store: clinic, table: patients, address: email, at: opted_out_at}]
sends: [{store: clinic, table: sends, address: address, at: sent_at, message: kind, promotional: [news]}]
replies: [{store: clinic, table: replies, address: address, at: replied_at}]
disclosures: [{store: clinic, table: disclosures, recipient: recipient, data: data, purpose: purpose}]
told: [{store: clinic, table: patients, source: register, obtained: obtained, told: told}]
"""

HASH = "$2b$12$" + "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0"

DDL = f"""
CREATE TABLE patients (id INTEGER PRIMARY KEY, name VARCHAR(90), email VARCHAR(90), password VARCHAR(90), note TEXT,
    opted_out_at TIMESTAMP NULL, obtained DATE, told DATE);
CREATE TABLE {{q}}groups{{q}} (name VARCHAR(40), members INTEGER);
CREATE TABLE members (segment VARCHAR(40), patient_id INTEGER);
CREATE TABLE sends (address VARCHAR(90), kind VARCHAR(20), sent_at TIMESTAMP NULL);
CREATE TABLE replies (address VARCHAR(90), replied_at TIMESTAMP NULL);
CREATE TABLE disclosures (recipient VARCHAR(40), data VARCHAR(40), purpose VARCHAR(40));
CREATE TABLE counters (id BIGINT PRIMARY KEY, serial BIGINT);
INSERT INTO patients VALUES
    (1, 'Linnea Berg', 'linnea.berg@example.com', '{HASH}', 'Order 2026 1123 0001, call 070-174 06 01',
        '2026-05-01 10:00:00', '2026-01-02', '2026-01-20'),
    (2, 'Erik Ek', 'erik.ek@example.com', '{HASH}', NULL, NULL, NULL, NULL);
INSERT INTO {{q}}groups{{q}} VALUES ('north', 40), ('south', 20);
INSERT INTO sends VALUES ('Linnea.Berg@example.com', 'news', '2026-04-01 10:00:00'),
    ('linnea.berg@example.com', 'safety', '2026-06-01 10:00:00'),
    ('erik.ek@example.com', 'news', '2026-06-01 10:00:00');
INSERT INTO replies VALUES ('ERIK.EK@example.com', '2026-06-02 10:00:00');
INSERT INTO disclosures VALUES ('host', 'contact.email', 'visits');
INSERT INTO counters VALUES (1, 4000000000000001);
"""


@dataclass(frozen=True)
class Clinic:
    """The project's folder and its database."""

    folder: Path
    url: str

    @property
    def environment(self) -> dict[str, str]:
        return {"CLINIC_URL": self.url, "OTHER_URL": self.url, "TILLIT_HOME": str(self.folder / "home")}

    @contextmanager
    def opened(self) -> Iterator[tuple[Project, Memory, list[OpenStore]]]:
        project = load(self.folder)
        with open_stores(project, self.environment) as stores, remembering(project, self.environment) as memory:
            yield project, memory, stores

    def check(self, *only: str, now: datetime = NOW) -> Checked:
        with self.opened() as (project, memory, stores):
            return check(project, memory, stores, now, only)

    def seen(self, kind: str) -> list[Evidence]:
        """What one kind of check saw."""
        return [one for one in self.check(kind).evidence if one.kind == kind]

    def states(self, kind: str) -> set[State]:
        return {one.state for one in self.seen(kind)}

    def execute(self, *statements: str) -> None:
        engine = sa.create_engine(self.url)
        with engine.begin() as conn:
            for statement in statements:
                conn.execute(sa.text(statement))
        engine.dispose()

    def edit(self, file: str, old: str, new: str) -> None:
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")


def new_clinic(folder: Path, url: str) -> Clinic:
    """A clinic in which nothing is wrong."""
    (folder / "stores").mkdir(parents=True)
    (folder / "policy.yaml").write_text(POLICY, encoding="utf-8")
    (folder / "stores" / "clinic.yaml").write_text(MAP, encoding="utf-8")
    (folder / "checks.yaml").write_text(CHECKS, encoding="utf-8")
    quote = "`" if url.startswith("mysql") else '"'
    run(url, DDL.replace("{q}", quote))
    return Clinic(folder, url)
