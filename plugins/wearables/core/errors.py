"""The errors that users see. The class of an error decides whether Airflow retries.

    WearablesError
    ├── PermanentError         a person must change something: the task fails at once
    │   ├── ExportRejected     an export is damaged, suspicious, or belongs to somebody who has not consented
    │   └── RunFailed          a run is incomplete, or its data fail a check
    ├── RetryableError         another attempt may succeed: Airflow retries the task
    │   ├── WarehouseUnavailable
    │   ├── LandingUnavailable
    │   ├── AirflowUnavailable
    │   ├── SourceUnavailable  the source cannot be reached or returns errors, even after the client's own retries
    │   │   └── FreshTokenRejected  an access token is rejected although it has just been renewed
    │   ├── IncompleteAnswer   the source's answer may be incomplete
    │   └── BudgetExhausted    the request budget is used up for longer than a task should wait
    └── AthleteError           one athlete cannot be pulled; recorded in the pull log, never raised to Airflow
        ├── ReconnectRequired  the grant is no longer valid: the athlete must consent again
        └── MembershipInactive the membership is not active
            └── StillInactive  this was already known: the run logs a warning and does not fail

A message is one line that says what happened and what to do. It never contains a token, a secret or a health value.
Any other exception is a bug and keeps its traceback.
"""


class WearablesError(Exception):
    """Base of every error that is reported to the user in one sentence.

    ``slice_state`` is the state in the pull log of a slice that was not pulled because of this error.
    """

    slice_state = "failed"


class PermanentError(WearablesError):
    """The request or the configuration is wrong; retrying without a change cannot help."""


class ExportRejected(PermanentError):
    """An export is damaged, suspicious, or belongs to somebody who has not consented; it is not kept."""


class RunFailed(PermanentError):
    """The run is incomplete or its data fail a check; the data already pulled are kept."""


class RetryableError(WearablesError):
    """Something was unavailable or incomplete; another attempt may succeed."""


class WarehouseUnavailable(RetryableError):
    """The warehouse cannot be reached."""


class AirflowUnavailable(RetryableError):
    """Airflow's API or database, which stores the connections, cannot be reached."""


class LandingUnavailable(RetryableError):
    """The storage of the landing zone or of an export cannot be reached."""


class SourceUnavailable(RetryableError):
    """The source could not be reached or returned errors, even after the client's own retries."""


class FreshTokenRejected(SourceUnavailable):
    """The source rejects an access token that it has just issued; this does not mean that the grant is invalid."""


class IncompleteAnswer(RetryableError):
    """The source's answer may be incomplete: a page is malformed, or a page token repeats."""


class BudgetExhausted(RetryableError):
    """The request budget is used up for longer than a task should wait."""


class AthleteError(WearablesError):
    """One athlete cannot be pulled; ``grant_state`` is the new state of their grant."""

    grant_state: str


class ReconnectRequired(AthleteError):
    """The grant is no longer valid; the athlete must consent again."""

    grant_state = "reconnect"


class MembershipInactive(AthleteError):
    """The athlete's membership is not active."""

    grant_state = "inactive"


class StillInactive(MembershipInactive):
    """The athlete's membership was known to be inactive, and still is."""

    slice_state = "skipped"
