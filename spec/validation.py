"""Check tables and headers of files by pydantic, and report the first error in one line, by the file's keys."""

from __future__ import annotations

from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

LONGEST_VALUE = 100  # characters of a wrong value in a message


class FileTable(BaseModel):
    """A table of a file that a person writes; unknown keys and numbers that are not finite are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class FileHeader(BaseModel):
    """A JSON header that a program wrote; unknown keys and values of another type are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class HeaderPart(FileHeader):
    """Some keys of a header; other keys are ignored."""

    model_config = ConfigDict(extra="ignore")


Header = TypeVar("Header", bound=FileHeader)


def parse_header(packed: bytes | str, model: type[Header]) -> Header:
    """Parse a header from JSON, which may have any content.

    Raises
    ------
    ValueError
        The text is not JSON, is nested too deeply, or does not match `model`; the message names the first wrong key.
    """
    try:
        return model.model_validate_json(packed)
    except ValidationError as error:
        raise ValueError(first_complaint(error, model)) from None


def first_complaint(error: ValidationError, model: type[BaseModel]) -> str:
    """Describe the first error: the key, its value, and what would be valid; `model` refused the data."""
    first = error.errors()[0]
    # Pydantic lists a union's branch and a validator's tag among the keys; those are not keys of the file.
    location = [part for part in first["loc"] if isinstance(part, int) or part.isidentifier()]
    key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location).lstrip(".")
    if first["type"] == "json_invalid":
        return f"no JSON: {first['ctx']['error']}"
    if first["type"] == "extra_forbidden":
        return f"{key}: unknown key; valid: {', '.join(sorted(_model_at(model, location[:-1]).model_fields))}"
    if first["type"] == "missing":
        return f"{key}: missing"
    if first["type"] == "value_error":
        said = str(first["ctx"]["error"])
        return said if not location or said.startswith(key) else f"{key}: {said}"
    found = repr(first["input"])
    found = found if len(found) <= LONGEST_VALUE else f"{found[: LONGEST_VALUE - 3]}..."
    return f"{key or 'the whole'} = {found}: {first['msg'][0].lower()}{first['msg'][1:]}"


def _model_at(model: type[BaseModel], location: list[int | str]) -> type[BaseModel]:
    """Return the model of the table at a location in the file."""
    for part in location:
        if isinstance(part, str):
            model = next(_models_in(model.model_fields[part].annotation))
    return model


def _models_in(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)
