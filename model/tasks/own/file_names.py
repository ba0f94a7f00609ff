"""Who a recording is of, from the name of its file by a pattern such as `sub-{subject}_ses-{session}_*.edf`.

A name in braces stands for one or more characters of one part of the path, as few as fit; `*` for any characters, `?`
for one. A pattern with slashes is compared with as many parts of the path: `{subject}/{session}/*.bdf`.
"""

from __future__ import annotations

import re
from pathlib import Path

from earloop.model.config import ModelError

FIELDS = ("subject", "session", "run", "fold")
_WILD = {"*": "[^/]*", "?": "[^/]"}


def fields_of(path: Path, pattern: str) -> dict[str, str]:
    """Return the fields that a pattern names, as a path has them.

    Raises
    ------
    ModelError
        The pattern names no field, an unknown one, or one twice; or the path does not match it.
    """
    compiled = _compiled(pattern)
    depth = pattern.count("/") + 1
    name = "/".join(path.absolute().parts[-depth:])
    found = compiled.fullmatch(name)
    if found is None:
        raise ModelError(
            f"{path} does not match --subject-from '{pattern}': write * for what differs, or name the people in a "
            "--manifest"
        )
    return found.groupdict()


def _compiled(pattern: str) -> re.Pattern[str]:
    fields = ", ".join(f"{{{name}}}" for name in FIELDS)
    named = re.findall(r"\{([^{}]*)\}", pattern)
    unknown = [name for name in named if name not in FIELDS]
    if not named or unknown or len(set(named)) != len(named):
        wrong = f"names {', '.join(unknown)}" if unknown else "names a field twice" if named else "names no field"
        raise ModelError(
            f"--subject-from '{pattern}' {wrong}; wanted some of {fields} once, as "
            "in sub-{subject}_ses-{session}_*.edf"
        )
    parts = re.split(r"(\{[a-z]+\}|[*?])", pattern)
    return re.compile("".join(_WILD.get(part) or _field(part) for part in parts))


def _field(part: str) -> str:
    return f"(?P<{part[1:-1]}>[^/]+?)" if part.startswith("{") else re.escape(part)
