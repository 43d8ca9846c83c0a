"""A small company for the tests of finding people: two stores, on any engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from tests.connectors.support import run
from tillit.connectors.sql.connect import open_engine
from tillit.connectors.sql.schema import read_schema
from tillit.decide.bind import bind
from tillit.model.policy import Policy
from tillit.model.standing import Person
from tillit.policy.parse import parse_all
from tillit.run.stores import OpenStore

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)

POLICY = """
tillit: 1
controller: {name: Example AB, country: SE, timezone: Europe/Stockholm}
people: {customer: Customers}
information:
  contact:
    title: Contact data
    parts: {name: Name, email: E-mail, phone: Phone, postal_address: Address, username: User name, number: Number}
  communications: {title: Messages}
  technical: {title: Technical data, parts: {ip_address: IP address}}
purposes:
  orders:
    clause: "1"
    title: Orders
    basis: contract
    data: [contact, communications, technical]
    keep: until request
"""

CRM = """
store: crm
url: env:CRM_URL
country: SE
tables:
  contacts:
    person: {kind: customer, identified_by: {email: [email, email2], phone: phone, customer_number: id}}
    columns:
      first_name: contact.name
      last_name: contact.name
      email: contact.email
      email2: contact.email
      phone: contact.phone
      active: not_personal
    grounds: {orders: {}}
    when_dead: delete
  addresses:
    owned_by: {contacts: contact_id}
    columns: {street: contact.postal_address, city: contact.postal_address}
    grounds: {orders: {}}
  messages:
    owned_by: {sender: {table: contacts, column: sender_id}, recipient: {table: contacts, column: recipient_id}}
    columns: {body: communications, sender_mail: {is: contact.email, about: sender}, cc: contact.email}
    grounds: {orders: {}}
  signups:
    identifies: {email: mail}
    owned_by: {contacts: contact_id}
    columns: {mail: contact.email, ip: technical.ip_address}
    grounds: {orders: {}}
  attachments:
    owned_by: {messages: message_id}
    columns: {uploader_phone: contact.phone}
    grounds: {orders: {}}
  notes:
    owned_by:
      contacts: {column: object_id, when: "object_type = 'C'"}
    columns: {author_name: contact.name, object_type: not_personal}
    grounds: {orders: {}}
    when_dead: delete
"""

CRM_DDL = """
CREATE TABLE contacts (id INTEGER PRIMARY KEY, first_name VARCHAR(50), last_name VARCHAR(50),
    email VARCHAR(90), email2 VARCHAR(90), phone VARCHAR(30), active INTEGER);
CREATE TABLE addresses (id INTEGER PRIMARY KEY, contact_id INTEGER, street VARCHAR(50), city VARCHAR(50));
CREATE TABLE messages (id INTEGER PRIMARY KEY, sender_id INTEGER, recipient_id INTEGER, body TEXT,
    sender_mail VARCHAR(90), cc VARCHAR(90));
CREATE TABLE signups (id INTEGER PRIMARY KEY, contact_id INTEGER, mail VARCHAR(90), ip VARCHAR(40));
CREATE TABLE attachments (id INTEGER PRIMARY KEY, message_id INTEGER, uploader_phone VARCHAR(30));
CREATE TABLE notes (id INTEGER PRIMARY KEY, object_type VARCHAR(5), object_id INTEGER, author_name VARCHAR(50));
CREATE TABLE audit_log (id INTEGER PRIMARY KEY, line TEXT);
INSERT INTO contacts VALUES
    (1, 'Linnéa', 'Öhrn', ' Linnea@X.se', 'l87@privat.se', '+46 70-123 45 67', 1),
    (2, 'Linnéa', 'Ek', 'linnéa@x.se', NULL, '0701234568', 1),
    (3, 'Erik', 'Öhrn', 'erik@x.se', NULL, '070-123 45 67', 1),
    (4, 'Xaver', 'Linné', 'xlinnea@x.se', 'delad@firma.se', '+467012345670', 1),
    (5, 'Pad', 'Ded', 'padded@x.se ', 'delad@firma.se', NULL, 0);
INSERT INTO addresses VALUES (1, 1, 'Näckrosvägen 17', 'Mölndal'), (2, 2, 'Storgatan 1', 'Lund');
INSERT INTO messages VALUES
    (1, 1, 2, 'hej', 'linnea.work@firma.se', 'boss@firma.se'),
    (2, 2, 1, 'svar', 'linnea.ek@firma.se', NULL);
INSERT INTO signups VALUES (1, 1, 'LINNEA@nyhet.se', '198.51.100.77'),
    (2, 99, 'borta@x.se', NULL), (3, NULL, 'ingen@x.se', NULL);
INSERT INTO attachments VALUES (1, 1, '031-765 43 21'), (2, 2, '031-765 43 22');
INSERT INTO notes VALUES (1, 'C', 1, 'Linnéa Öhrn (ny)'), (2, 'O', 1, 'Somebody Else');
INSERT INTO audit_log VALUES (1, 'linnea@x.se logged in'), (2, 'xlinnea@x.se logged in'), (3, 'sms to 0701234567');
"""

SHOP = """
store: shop
url: env:SHOP_URL
country: SE
tables:
  accounts:
    person: {kind: customer, identified_by: {email: mail, username: login, customer_number: id}}
    columns: {mail: contact.email, login: contact.username}
    grounds: {orders: {}}
  debtors:
    person: {kind: customer, identified_by: {customer_number: customer, username: login}}
    columns: {customer: contact.number, login: contact.username}
    grounds: {orders: {}}
"""

SHOP_DDL = """
CREATE TABLE accounts (id INTEGER PRIMARY KEY, mail VARCHAR(90), login VARCHAR(50));
CREATE TABLE debtors (id INTEGER PRIMARY KEY, customer VARCHAR(20), login VARCHAR(50));
INSERT INTO accounts VALUES (1, 'erik@x.se', 'erik.ohrn'),
    (7, 'L87@PRIVAT.SE', 'linneaz87'), (8, 'delad@firma.se', 'firman');
INSERT INTO debtors VALUES (70, '7', 'linneaz87'), (71, '1', 'other'), (72, '17', 'LINNEAZ87');
"""


@contextmanager
def company(
    crm_url: str, shop_url: str, crm: str = CRM, crm_ddl: str = CRM_DDL
) -> Iterator[tuple[list[OpenStore], Policy]]:
    """Both stores, filled and bound."""
    policy, maps = parse_all(("policy.yaml", POLICY), [("crm.yaml", crm), ("shop.yaml", SHOP)])
    opened = []
    for store, url, script in zip(maps, (crm_url, shop_url), (crm_ddl, SHOP_DDL), strict=True):
        run(url, script)
        engine = open_engine(url)
        opened.append(OpenStore(bind(store, read_schema(engine), policy), engine))
    try:
        yield opened, policy
    finally:
        for store_ in opened:
            store_.engine.dispose()


def person(store: str, table: str, key: object) -> Person:
    return Person(store, table, (key,))
