"""Changes to what is valid: to a field of a table, to a number in a text, to bytes."""

from __future__ import annotations

import copy
import json
import math
from typing import Any

from tests.fuzz.chance import Chance

DEEP: list[Any] = []
for _ in range(60):
    DEEP = [DEEP]

VALUES: list[Any] = [
    *(None, True, False, 0, -1, 1, 2, 3, 7, 1000, 2**31 - 1, 2**31, 2**63 - 1, 2**63, 2**64, 10**30, -(2**63)),
    *(0.5, -0.5, 1e-300, 5e-324, 1e300, 1e308, math.inf, -math.inf, math.nan, 0.1),
    *(
        "",
        " ",
        "x",
        "uV",
        "codes",
        "V",
        "µV",
        "\0",
        "\n",
        "é",
        "\u202e",
        "\U0001f442",
        "../../x",
        "/",
        "a" * 300,
        "1",
        "nan",
    ),
    *([], {}, [[]], [{}], [None], [1, 2], ["a"], ["a", "a"], [""], {"": 0}, {"a": {}}, DEEP),
]


def any_value(chance: Chance) -> Any:
    """One that has been trouble somewhere, or any."""
    kinds = [lambda: copy.deepcopy(chance.choice(VALUES))] * 4 + [
        chance.integer,
        chance.number,
        lambda: chance.text(12),
    ]
    return chance.choice(kinds)()


def _places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a tree of dicts and lists, but for its root."""
    keys = node.keys() if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    return [place for key in keys for place in ((*path, key), *_places(node[key], (*path, key)))]


def trees(chance: Chance, valid: Any, most: int = 3) -> Any:
    """A tree of dicts and lists with a few values replaced, lost, added, doubled or exchanged."""
    tree = copy.deepcopy(valid)
    for _ in range(chance.randint(0, most)):
        places = _places(tree)
        if not places:
            return any_value(chance)
        *path, key = chance.choice(places)
        node = tree
        for step in path:
            node = node[step]
        match chance.choice(["replace", "replace", "near", "lose", "add", "exchange", "double"]):
            case "replace":
                node[key] = any_value(chance)
            case "near":
                node[key] = near(chance, node[key])
            case "lose":
                del node[key]
            case "add" if isinstance(node, dict):
                node[chance.text(5)] = any_value(chance)
            case "add":
                node.insert(key, any_value(chance))
            case "exchange":
                other = chance.choice(places)
                found = tree
                for step in other:
                    found = found[step] if isinstance(found, dict | list) and _has(found, step) else None
                node[key] = copy.deepcopy(found)
            case "double" if isinstance(node, list):
                node.insert(key, copy.deepcopy(node[key]))
    return tree


def _has(node: Any, key: Any) -> bool:
    return key in node if isinstance(node, dict) else isinstance(key, int) and key < len(node)


def near(chance: Chance, value: Any) -> Any:
    """A value of the same type."""
    match value:
        case bool():
            found = [not value]
        case int():
            found = [value - 1, value + 1, -value, value * 2, value * 1000, value // 2, 0]
        case float():
            found = [value * 2, -value, value * 1e6, value / 1e6, 0.0, math.nextafter(value, 9e9)]
        case str():
            found = [value.upper(), value[:-1], value + "x", f" {value}", value + "\0", value[::-1]]
        case list():
            found = [[*value, *value], value[::-1]]
        case dict():
            found = [dict(reversed(value.items()))]
        case _:
            found = [any_value(chance)]
    return chance.choice(found)


def as_json(tree: Any) -> bytes:
    """JSON, with NaN and halves of surrogate pairs where the tree has them."""
    return json.dumps(tree).encode()


def damaged(chance: Chance, content: bytes, share: int = 4) -> bytes:
    """The bytes; of so many one in the given number changed, cut, lengthened or doubled somewhere."""
    if chance.randint(1, share) != share:
        return content
    found = bytearray(content)
    for _ in range(chance.randint(1, 3)):
        at = chance.randint(0, max(0, len(found) - 1))
        match chance.choice(["flip", "flip", "set", "cut", "insert", "double", "zero"]):
            case "flip" if found:
                found[at] ^= 1 << chance.randint(0, 7)
            case "set" if found:
                found[at] = chance.choice([0, 1, 0x7F, 0x80, 0xFF, 0x20, 0x30, 0x2D])
            case "cut":
                del found[at:]
            case "insert":
                found[at:at] = chance.binary(0, 9)
            case "double":
                found[at:at] = found[at : at + chance.randint(1, 64)]
            case "zero":
                found[at : at + chance.randint(1, 64)] = b""
            case _:
                pass
    return bytes(found)
