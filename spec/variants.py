"""Variants of the reference design, for tests, fuzzers and benches that need other designs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from earloop.spec.design import DEFAULT_DESIGN_PATH, Design, parse_design
from earloop.spec.errors import DesignError
from earloop.spec.toml_file import read_toml


def vary_reference(
    *, bands: Collection[str] | None = None, more_bands: Sequence[Mapping[str, Any]] = (), **tables: Mapping[str, Any]
) -> Design:
    """Return the reference design with some keys of its tables changed.

    Parameters
    ----------
    bands : the names of the bands to keep; None keeps all
    more_bands : the tables of bands to add
    tables : the keys and values to change, by the name of their table

    Raises
    ------
    DesignError
        The electrodes change, but not their reference; or the design is not valid.
    """
    electrodes = tables.get("electrodes", {})
    if electrodes and "reference" not in electrodes:
        raise DesignError(
            "electrodes: other electrodes may have another reference; wanted electrodes.reference, too: the electrodes "
            'that all are measured against, ["TP9", "TP10"] for linked mastoids, or ["unknown"]'
        )
    data = read_toml(DEFAULT_DESIGN_PATH, DesignError)
    for table, values in tables.items():
        data[table] |= values
    data["bands"] = [band for band in data["bands"] if bands is None or band["name"] in bands] + [*more_bands]
    return parse_design(data)
