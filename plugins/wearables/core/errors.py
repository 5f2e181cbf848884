"""The errors of this project. Their class decides whether Airflow retries.

    WearablesError
    ├── PermanentError         a person must change something: the task fails at once
    │   ├── ExportRejected     an athlete's export is damaged, doubtful, or of somebody who has not consented
    │   └── RunFailed          a run did not do all that was planned, or its data fail a check
    ├── RetryableError         another attempt may succeed: Airflow retries the task
    │   ├── WarehouseUnavailable
    │   ├── LandingUnavailable
    │   ├── SourceUnavailable  the source did not answer properly, the client's own retries included
    │   ├── IncompleteAnswer   the source's answer contradicts itself
    │   └── BudgetExhausted    no request may be sent for longer than a task should wait
    └── AthleteError           one athlete cannot be pulled; recorded in the pull log, never raised to Airflow
        ├── ReconnectRequired  the grant is dead: the athlete must consent again
        └── MembershipInactive the membership is not active

A message is one sentence that says what happened and what to do. It never contains a token, a secret or a health value.
Anything else that is raised is a bug and keeps its traceback.
"""


class WearablesError(Exception):
    """Base of every error that is reported to the user in one sentence."""


class PermanentError(WearablesError):
    """The request or the configuration is wrong; retrying without a change cannot help."""


class ExportRejected(PermanentError):
    """An athlete's export is damaged, doubtful, or of somebody who has not consented; it is not kept."""


class RunFailed(PermanentError):
    """The run is incomplete or its data fail a check; what was pulled is kept."""


class RetryableError(WearablesError):
    """Something was unavailable or incomplete; another attempt may succeed."""


class WarehouseUnavailable(RetryableError):
    """The warehouse cannot be reached."""


class LandingUnavailable(RetryableError):
    """The storage of the landing zone or of an export cannot be reached."""


class SourceUnavailable(RetryableError):
    """The source could not be reached or answered with an error, retries included."""


class IncompleteAnswer(RetryableError):
    """The source's answer cannot be trusted to be complete (malformed page, repeated page token)."""


class BudgetExhausted(RetryableError):
    """No request may be sent for longer than a task should wait."""


class AthleteError(WearablesError):
    """One athlete cannot be pulled; ``grant_state`` is what their grant becomes."""

    grant_state: str


class ReconnectRequired(AthleteError):
    """The grant is dead; the athlete must consent again."""

    grant_state = "reconnect"


class MembershipInactive(AthleteError):
    """The athlete's membership is not active."""

    grant_state = "inactive"
