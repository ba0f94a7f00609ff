"""Tables and headers of files, checked by pydantic, and what it found wrong as one line in the words of the file."""

from __future__ import annotations

from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

LONGEST_VALUE = 100  # characters of what was found


class FileTable(BaseModel):
    """A table of a file that a person writes: no unknown keys, every number finite."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class FileHeader(BaseModel):
    """A header, in JSON, that a program has written: no unknown keys, and every value of exactly its type."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class HeaderPart(FileHeader):
    """Some keys of a header; the others are somebody else's."""

    model_config = ConfigDict(extra="ignore")


Header = TypeVar("Header", bound=FileHeader)


def parse_header(packed: bytes | str, model: type[Header]) -> Header:
    """A header from JSON, which may be anything.

    Raises
    ------
    ValueError
        It is no JSON, nested too deeply, or not what `model` describes: the first wrong key is named.
    """
    try:
        return model.model_validate_json(packed)
    except ValidationError as error:
        raise ValueError(first_complaint(error, model)) from None


def first_complaint(error: ValidationError, model: type[BaseModel]) -> str:
    """The first problem: the key, its value, and what would be valid; `model` is what was to be made."""
    first = error.errors()[0]
    # Pydantic names the branch of a union and the tag of a validator among the keys; those are no keys of the file.
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
    """The model that describes the table at a place in the file."""
    for part in location:
        if isinstance(part, str):
            model = next(_models_in(model.model_fields[part].annotation))
    return model


def _models_in(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)
