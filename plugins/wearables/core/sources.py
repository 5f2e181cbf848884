"""The registered sources: where an integration's records can come from. This is the only registration.

A source's module is imported on first use, because the DAG processor reads this file over and over.
"""

import importlib
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class RegisteredSource:
    """A source's display name, the collections it serves, and the module that implements it.

    The module has a function ``source()`` that returns a ``wearables.pipeline.source.Source``.
    """

    title: str
    collections: tuple[str, ...]
    module: str


DEFAULT_SOURCE = "whoop"
SOURCES = {
    "whoop": RegisteredSource("WHOOP", ("cycle", "recovery", "sleep", "workout"), "wearables.whoop.source"),
}


def load_source(name: str) -> Any:
    """Return the source registered under that name."""
    return importlib.import_module(SOURCES[name].module).source()
