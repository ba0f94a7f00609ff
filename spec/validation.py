"""What pydantic found wrong with a file, as one line in the words of the file."""

from __future__ import annotations

from typing import Any, get_args

from pydantic import BaseModel, ValidationError


def first_complaint(error: ValidationError, model: type[BaseModel]) -> str:
    """The first problem: the key, its value, and what would be valid; `model` is what was to be made."""
    first = error.errors()[0]
    # Pydantic names the branch of a union and the tag of a validator among the keys; those are no keys of the file.
    location = [part for part in first["loc"] if isinstance(part, int) or part.isidentifier()]
    key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location).lstrip(".")
    if first["type"] == "extra_forbidden":
        return f"{key}: unknown key; valid: {', '.join(sorted(_model_at(model, location[:-1]).model_fields))}"
    if first["type"] == "missing":
        return f"{key}: missing"
    if first["type"] == "value_error":
        said = str(first["ctx"]["error"])
        return said if not location or said.startswith(key) else f"{key}: {said}"
    return f"{key} = {first['input']!r}: {first['msg'][0].lower()}{first['msg'][1:]}"


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
