"""Which tables and columns a database has: how the version of a program is found, without asking it.

Floor 2.
"""

from __future__ import annotations

from dataclasses import dataclass

from capclient.readers.database.connection import Reading
from capclient.readers.sql_text import literal


@dataclass(frozen=True, slots=True)
class Present:
    """Tables and columns of a database: type of each column by table and name."""

    tables: dict[str, dict[str, str]]

    def has(self, table: str, column: str = "") -> bool:
        """Tell whether a table, or a column of it, exists."""
        return table in self.tables and (not column or column in self.tables[table])

    def first(self, table: str, *columns: str) -> str | None:
        """Return the first of several names that a column had over the versions."""
        return next((column for column in columns if self.has(table, column)), None)

    def sql(self, table: str, alias: str, *columns: str, otherwise: str = "NULL") -> str:
        """Return a column as SQL under the first of its names, or what stands for it where it does not exist."""
        found = self.first(table, *columns)
        return f"{alias}.{found}" if found else otherwise

    def text(self, table: str, alias: str, column: str, language: str) -> str:
        """Return a name as SQL; where it is translated (JSON), in a language, else in English, else in any."""
        cell = self.sql(table, alias, column)
        if self.tables.get(table, {}).get(column) not in {"jsonb", "json"}:
            return cell
        wanted = f"{cell}->>{literal(language)}, {cell}->>'en_US'"
        return f"coalesce({wanted}, (SELECT min(value) FROM jsonb_each_text({cell}::jsonb)))"


def present(found: Reading, like: str = "%") -> Present:
    """Return what the database of a connection holds, in the schemas that it searches."""
    schemas = "= ANY (current_schemas(false))" if found.dialect == "postgresql" else "= DATABASE()"
    rows = found.all_rows(
        "SELECT table_name, column_name, data_type FROM information_schema.columns "
        f"WHERE table_schema {schemas} AND table_name LIKE {literal(like)} "
        "ORDER BY table_name, ordinal_position"
    )
    tables: dict[str, dict[str, str]] = {}
    for table, column, kind in rows:
        tables.setdefault(str(table), {})[str(column).lower()] = str(kind).lower()
    return Present(tables)
