"""The priorities of the request budget."""

from enum import StrEnum


class Priority(StrEnum):
    """The purpose of a request, most urgent first. Each purpose leaves a share of the budget to those above it."""

    CONSENT = "consent"  # An athlete is consenting, or a token must be renewed.
    ROUTINE = "routine"  # the newest chunk of a scheduled run
    BULK = "bulk"  # manual pulls and catch-up
