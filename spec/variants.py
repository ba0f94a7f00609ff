"""Designs that differ from the reference in what is named: for tests, fuzzers and benches that want others."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from earloop.spec.design import DEFAULT_DESIGN_PATH, Design, parse_design
from earloop.spec.errors import DesignError
from earloop.spec.toml_file import read_toml


def vary_reference(
    *, bands: Collection[str] | None = None, more_bands: Sequence[Mapping[str, Any]] = (), **tables: Mapping[str, Any]
) -> Design:
    """The reference design with some keys of its tables changed.

    Parameters
    ----------
    bands : names of the bands that stay; None keeps all
    more_bands : tables of bands that are added
    tables : keys and values to change, by the name of their table
    """
    data = read_toml(DEFAULT_DESIGN_PATH, DesignError)
    for table, values in tables.items():
        data[table] |= values
    data["bands"] = [band for band in data["bands"] if bands is None or band["name"] in bands] + [*more_bands]
    return parse_design(data)
