"""The errors of this project, named by what to do next.

    WearablesError
    ├── Refused            the user's input or set-up is at fault: one sentence with the remedy, no retry
    │   └── ExportRefused  an athlete's export will not do, or is not ours to take: it is not kept
    ├── AthleteTrouble     one athlete cannot be pulled; the others can
    │   ├── Reconnect      the grant is dead: the athlete must consent again
    │   └── Inactive       the membership is not active
    ├── BudgetSpent        the day's requests are used up: run again after it resets
    ├── WhoopUnavailable   WHOOP did not answer properly, retries included: run again
    ├── IncompleteAnswer   WHOOP's answer contradicts itself: run again, report if it stays
    └── PullFailed         some of what the pull was to do was not done, or its data fail a check

A message never holds a token, a secret or a health value.
"""


class WearablesError(Exception):
    """Base of every error a user is told about in one sentence."""


class Refused(WearablesError):
    """The request or the set-up is at fault; trying again without a change is useless."""


class ExportRefused(Refused):
    """An athlete's export is damaged, doubtful, or of somebody who has not consented; it is not kept."""


class AthleteTrouble(WearablesError):
    """One athlete cannot be pulled; ``grant_state`` is what their grant becomes."""

    grant_state: str


class Reconnect(AthleteTrouble):
    """WHOOP declared the grant dead; the athlete must consent again."""

    grant_state = "reconnect"


class Inactive(AthleteTrouble):
    """The athlete's WHOOP membership is not active."""

    grant_state = "inactive"


class BudgetSpent(WearablesError):
    """No request may be sent for longer than a task should wait."""


class WhoopUnavailable(WearablesError):
    """WHOOP could not be reached or answered with an error, retries included."""


class IncompleteAnswer(WearablesError):
    """WHOOP's answer cannot be trusted to be whole (malformed page, repeated page token)."""


class PullFailed(WearablesError):
    """The pull is not what was asked for; what was pulled is kept."""
