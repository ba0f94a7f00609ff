"""A command that knows the arguments it was given, so that it can print the command that goes on with its work."""

from __future__ import annotations

from typing import Any

import click

_META = "earloop.arguments"


class KeptArguments(click.Command):
    """A command that keeps its arguments as the user wrote them."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Return the context of a call, with its arguments for `given_arguments`."""
        kept = tuple(args)  # parsing empties the list
        context = super().make_context(info_name, args, parent, **extra)
        context.meta[_META] = kept
        return context


def given_arguments(context: click.Context) -> tuple[str, ...]:
    """Return the arguments of a `KeptArguments` as the user wrote them."""
    arguments: tuple[str, ...] = context.meta[_META]
    return arguments
