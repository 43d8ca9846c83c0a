"""A shop whose people use every right: consent, marketing, a legal duty, running orders, words of others, devices."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from tests.connectors.support import run
from tests.run.shop import Shop

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)

POLICY = """
tillit: 1
controller: {name: Example AB, country: SE, timezone: Europe/Stockholm, contact: privacy@example.com}
people: {customer: Customers}
information:
  contact: {title: Contact data, parts: {name: Name, email: E-mail, phone: Phone}}
  messages: {title: Messages}
  account:
    title: Account
    parts: {secret: {title: Password, credential: true, stored_as: hash}}
  scores: {title: Credit scores, obtained: [third_party]}
  device: {title: Device}
recipients:
  carrier: {title: The carrier, role: controller, data: [contact], country: SE}
purposes:
  orders:
    clause: "1"
    title: Handle orders
    basis: contract
    data: [contact, messages, account, scores, device]
    keep: until goodbye or request
  books:
    clause: "2"
    title: Keep the books
    basis: {legal_obligation: se/bokforingslagen-7-2}
    data: [contact.name]
    keep: {for: 7 years, after: end of the calendar year}
  newsletter:
    clause: "3"
    title: Send newsletters
    basis: consent
    direct_marketing: true
    data: [contact.email]
    keep: until opt-out or withdrawal
  improvement:
    clause: "4"
    title: Improve our products
    basis: legitimate_interests
    data: [messages]
    keep: until request
"""

MAP = """
store: shop
url: env:SHOP_URL
country: SE
timezone: UTC
tables:
  contacts:
    person: {kind: customer, identified_by: {email: email, phone: phone}}
    columns:
      name: contact.name
      email: contact.email
      phone: contact.phone
      secret: account.secret
      score: scores
      internal: {is: messages, withhold: trade_secrets}
    grounds:
      orders: {while: "exists(orders, status = 'open')"}
      improvement: {columns: internal}
  subscribers:
    owned_by: {contact: {table: contacts, column: contact_id}}
    columns: {address: contact.email}
    grounds: {newsletter: {}}
  orders:
    owned_by: {contact: {table: contacts, column: contact_id}}
    columns: {product: device, note: messages, status: not_personal}
    when_dead: delete
    product: product
    grounds:
      orders: {columns: [product, note], while: "status = 'open'"}
  reviews:
    owned_by: {contact: {table: contacts, column: contact_id}}
    columns: {body: messages}
    grounds: {improvement: {}}
  invoices:
    owned_by: {contact: {table: contacts, column: contact_id}}
    issued: true
    columns: {bill_name: contact.name, total: not_personal, issued: not_personal}
    when_dead: delete
    grounds: {books: {since: issued}}
  messages:
    owned_by: {sender: {table: contacts, column: sender_id}}
    accessed_by: {recipient: {table: contacts, column: recipient_id}}
    columns: {body: messages, sent: not_personal}
    when_dead: delete
    grounds: {orders: {}}
"""

DDL = """
CREATE TABLE contacts (id INTEGER PRIMARY KEY, name VARCHAR(90), email VARCHAR(90), phone VARCHAR(30),
    secret VARCHAR(90), score INTEGER, internal VARCHAR(90));
CREATE TABLE subscribers (id INTEGER PRIMARY KEY, contact_id INTEGER REFERENCES contacts (id), address VARCHAR(90));
CREATE TABLE orders (id INTEGER PRIMARY KEY, contact_id INTEGER REFERENCES contacts (id), product VARCHAR(40),
    note VARCHAR(190), status VARCHAR(20));
CREATE TABLE reviews (id INTEGER PRIMARY KEY, contact_id INTEGER REFERENCES contacts (id), body VARCHAR(90));
CREATE TABLE invoices (id INTEGER PRIMARY KEY, contact_id INTEGER REFERENCES contacts (id), bill_name VARCHAR(90),
    total INTEGER, issued DATE);
CREATE TABLE messages (id INTEGER PRIMARY KEY, sender_id INTEGER REFERENCES contacts (id),
    recipient_id INTEGER REFERENCES contacts (id), body VARCHAR(190), sent TIMESTAMP NULL);
INSERT INTO contacts VALUES
    (1, 'Linnea Berg', 'linnea.berg@example.com', '070-1740601', '$argon2id$x', 7, 'Margin 12'),
    (2, 'Erik Ek', 'erik.ek@example.com', '070-1740602', '$argon2id$y', 5, NULL);
INSERT INTO subscribers VALUES (5, 1, 'linnea.berg@example.com'), (6, 2, 'erik.ek@example.com');
INSERT INTO orders VALUES
    (10, 1, 'P-100', '=HYPERLINK("http://evil.example","x") <script>alert(1)</script>', 'done'),
    (11, 1, 'P-200', NULL, 'open'), (12, 2, 'P-100', 'Ring twice', 'done');
INSERT INTO reviews VALUES (70, 1, 'Fine pump');
INSERT INTO invoices VALUES (20, 1, 'Linnea Berg', -5, '2024-05-01');
INSERT INTO messages VALUES
    (30, 1, 2, 'Where is my pump?', '2026-11-20 10:00:00'), (31, 2, 1, 'Secret of Erik', '2026-11-21 10:00:00');
"""


class RightsShop(Shop):
    """The same shop's helpers, over other tables."""

    TABLES = ("contacts", "subscribers", "orders", "reviews", "invoices", "messages")

    def table(self, name: str) -> list[tuple[object, ...]]:
        """The rows of one table."""
        import sqlalchemy as sa

        engine = sa.create_engine(self.url)
        with engine.connect() as conn:
            found = [tuple(row) for row in conn.exec_driver_sql(f"SELECT * FROM {name} ORDER BY id")]
        engine.dispose()
        return found


def new_rights_shop(folder: Path, url: str) -> RightsShop:
    (folder / "stores").mkdir(parents=True, exist_ok=True)
    (folder / "policy.yaml").write_text(POLICY, encoding="utf-8")
    (folder / "stores" / "shop.yaml").write_text(MAP, encoding="utf-8")
    run(url, DDL)
    return RightsShop(folder, url)
