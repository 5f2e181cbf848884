"""The reasons of analytics.coverage in a coach's words."""

from collections.abc import Mapping

WORDS = {
    "pending_score": "WHOOP has yet to score it",
    "unscorable": "WHOOP could not score it",
    "no_record": "no record at WHOOP: was the strap worn and synchronised?",
    "not_asked": "not pulled yet",
    "failed": "the pull failed, see the pull log",
    "reconnect": "the athlete must consent again",
    "inactive_membership": "the WHOOP membership has ended",
    "before_consent": "before the athlete consented",
    "deleted_at_whoop": "deleted at WHOOP",
}
# Scored, and yet there is no value.
NOT_CARRIED = "the record does not carry it"
# The collection that a value of the pages belongs to.
COLLECTIONS = {
    "recovery": "recovery",
    "heart_rate_variability": "recovery",
    "resting_heart_rate": "recovery",
    "hours_of_sleep": "sleep",
    "day_strain": "cycle",
}


def why_missing(metric: str, reasons: Mapping[str, str]) -> str:
    """Why a date has no value of a metric, given the date's reasons by collection."""
    reason = reasons.get(COLLECTIONS[metric])
    return WORDS["not_asked"] if reason is None else WORDS.get(reason, NOT_CARRIED)
