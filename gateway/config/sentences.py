"""What pydantic found, in words for whoever wrote the file: what is wrong, and what to write instead.

The checks of our own bring their sentence with them. For a wrong type, a missing or an unknown key the sentence is made
here, with the example that stands beside the key in `settings.py`. Values are never repeated for keys whose example is
not shown in a `repr`: they may be secrets.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, TypeAlias, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from gateway.config.lines import Path
from gateway.config.problems import did_you_mean

Model: TypeAlias = type[BaseModel]

SENTENCE = "sentence"  # the type of an error that brings its whole sentence with it: an adapter's options do

_KINDS = {
    "string_type": "text in quotes",
    "int_type": "a whole number without quotes",
    "int_from_float": "a whole number",
    "float_type": "a number without quotes",
    "bool_type": "true or false, without quotes",
    "tuple_type": "a list in brackets",
    "dict_type": "a table",
    "mapping_type": "a table",
    "model_type": "a table",
    "path_type": "a path in quotes",
    "is_instance_of": "text in quotes",
    "finite_number": "a finite number",
}
_SHOULD = re.compile(r"^\w+ should ")  # how the other findings begin: "Input should be", "String should have"
VALUE_LIMIT = 60  # characters of a wrong value that are repeated; a person recognises it by less


def findings_of(error: ValidationError, document: Model) -> list[tuple[Path, str]]:
    """Return each problem that pydantic found as the path of its key and a sentence."""
    return [_finding(details, document) for details in error.errors(include_url=False)]


def _finding(details: ErrorDetails, document: Model) -> tuple[Path, str]:
    path, kind = tuple(word for word in details["loc"] if word != "[key]"), details["type"]
    if kind == "value_error":
        return path, str(details["ctx"]["error"])
    if kind == SENTENCE:
        return path, str(details["ctx"]["sentence"])
    table, key, field = _looked_up(document, path)
    if kind == "extra_forbidden":
        return path, f'there is no key "{path[-1]}" here; {did_you_mean(str(path[-1]), _keys(table))}'
    if kind == "missing":
        return path, _missing(key, field)
    if kind in {"greater_than", "greater_than_equal", "less_than", "less_than_equal"}:
        bound = details["msg"].replace("Input should be", "it must be")
        return path, f"{details['input']} is out of bounds: {bound}{_example(key, field)}"
    must = f"must be {_KINDS[kind]}" if kind in _KINDS else _SHOULD.sub("must ", details["msg"])
    return path, f"{must}{_instead(details['input'], field)}{_example(key, field)}"


def _missing(key: str, field: FieldInfo | None) -> str:
    if field is not None and (table := model_in(field.annotation)) is not None:
        needed = [name for name, inner in table.model_fields.items() if inner.is_required()]
        return f"this table is missing; write [{key}] with {', '.join(needed)}"
    return f"this key is missing{_example(key, field)}"


def _instead(value: object, field: FieldInfo | None) -> str:
    """Return ", not 30" for a value that may be shown."""
    if field is None or field.repr is False or isinstance(value, list | dict):
        return ""
    return f", not {_toml(value)[:VALUE_LIMIT]}"


def _example(key: str, field: FieldInfo | None) -> str:
    if field is None or not field.examples:
        return ""
    return f"; write for example {key} = {_toml(field.examples[0])}"


def _toml(value: object) -> str:
    """Return a value as TOML writes it."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_toml_key(key)} = {_toml(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False, default=str)


def _toml_key(key: str) -> str:
    return key if key.replace("_", "").replace("-", "").isalpha() else json.dumps(key)


def _keys(table: Model | None) -> list[str]:
    return [] if table is None else [field.alias or name for name, field in table.model_fields.items()]


def _looked_up(document: Model, path: Path) -> tuple[Model | None, str, FieldInfo | None]:
    """Follow a path into the settings: the table that holds its last key, and that key with what it is.

    Inside of a mapping of the file's own making, such as `map`, the key is that of the mapping.
    """
    table: Model | None = document
    key, field = "", None
    for word in path:
        if isinstance(word, int):
            continue
        if field is not None:
            inner = model_in(field.annotation)
            if inner is None:
                break
            table = inner
        key, field = word, _field(table, word) if table is not None else None
        if field is None:
            break
    return table, key, field


def _field(table: Model, key: str) -> FieldInfo | None:
    for name, field in table.model_fields.items():
        if key in {name, field.alias}:
            return field
    return None


def model_in(annotation: Any) -> Model | None:
    """Return the table that an annotation such as `tuple[PbxSettings, ...]` is made of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(model_in, get_args(annotation))), None)
