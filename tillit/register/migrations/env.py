"""Alembic's entry: runs inside the transaction that `open_register` hands over, which is also the lock."""

from __future__ import annotations

from alembic import context

from tillit.register.schema import VERSION_TABLE, metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    transactional_ddl=True,
)
context.run_migrations()
