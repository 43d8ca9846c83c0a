"""Alembic migrations of the register, run by `tillit.register.database.open_register`."""
