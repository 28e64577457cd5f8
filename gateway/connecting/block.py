"""The `[[pbx]]` table of an exchange that was met, as text for the configuration. Pure."""

from __future__ import annotations

from collections.abc import Mapping


def pbx_block(name: str, dialect: str, way: tuple[str, str], options: Mapping[str, str]) -> str:
    """The table; `way` is the key that says how its records come, and its value."""
    lines = ["[[pbx]]", f"name = {_quoted(name)}", f"dialect = {_quoted(dialect)}", f"{way[0]} = {_quoted(way[1])}"]
    if options:
        listed = ", ".join(f"{key} = {_quoted(value)}" for key, value in options.items())
        lines.append(f"options = {{ {listed} }}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(f"\\u{ord(one):04x}" if ord(one) < 32 else one for one in escaped) + '"'
