"""Relational databases: PostgreSQL, MariaDB and SQLite."""
