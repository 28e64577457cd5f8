"""The options of a PMS's adapter: the table as it was written, made into the adapter's own frozen options.

The adapter's package owns the class; here its secrets are put in, and what it finds wrong comes back with the path of
each key and the sentence for whoever wrote it.
"""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError, ValidationInfo
from pydantic_core import InitErrorDetails, PydanticCustomError

from gateway.config.fields import secret
from gateway.config.lines import Path
from gateway.config.sentences import SENTENCE, findings_of
from pms_adapters.catalog import ADAPTERS
from pms_adapters.options import AdapterOptions, NoOptions


def adapter_options(given: object, info: ValidationInfo) -> AdapterOptions:
    """Make the options of the adapter that the table named before; raises all that is wrong with them at once."""
    kind = ADAPTERS.get(info.data.get("adapter", ""))
    if kind is None:
        return NoOptions()  # there is a problem with its name already
    if not isinstance(given, dict):
        raise ValueError("must be a table in braces, such as options = { }")
    model = kind.options()
    found: list[tuple[Path, str]] = []
    resolved = {key: _resolved(value, (key,), info, found) for key, value in given.items()}
    try:
        options = model.model_validate(resolved, context=info.context)
    except ValidationError as error:
        bad = {path for path, _ in found}
        found += [finding for finding in findings_of(error, model) if finding[0] not in bad]
    if found:
        raise ValidationError.from_exception_data("options", [_line_error(*finding) for finding in found])
    return options


def _resolved(value: Any, path: Path, info: ValidationInfo, found: list[tuple[Path, str]]) -> Any:
    """The value with every `env:NAME` and `file:PATH` in it replaced by the secret."""
    if isinstance(value, dict):
        return {key: _resolved(one, (*path, key), info, found) for key, one in value.items()}
    if isinstance(value, list):
        return [_resolved(one, (*path, place), info, found) for place, one in enumerate(value)]
    if isinstance(value, str):
        try:
            return secret(value, info)
        except ValueError as error:
            found.append((path, str(error)))
    return value


def _line_error(path: Path, sentence: str) -> InitErrorDetails:
    return InitErrorDetails(
        type=PydanticCustomError(SENTENCE, "{sentence}", {"sentence": sentence}), loc=path, input=""
    )
