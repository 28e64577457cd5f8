"""How the tables of the schema are written: their columns by kind, and the key that begins with the property."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, MetaData, PrimaryKeyConstraint, Text

metadata = MetaData()


def number(name: str, comment: str, *, null: bool = True) -> Column[Any]:
    """A whole number: a count, minor units, microseconds since 1970 UTC."""
    return Column(name, BigInteger, nullable=null, comment=comment)


def text(name: str, comment: str, *, null: bool = True) -> Column[Any]:
    """Text."""
    return Column(name, Text, nullable=null, comment=comment)


def key(*columns: str) -> PrimaryKeyConstraint:
    """The primary key: the property first."""
    return PrimaryKeyConstraint("property", *columns)


def owner() -> Column[Any]:
    """The column every table begins with."""
    return text("property", "the hotel, as [property] id names it", null=False)
