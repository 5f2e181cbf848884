"""Labels for the reasons in analytics.coverage, in words for coaches."""

from collections.abc import Mapping

LABELS = {
    "pending_score": "WHOOP has not scored it yet",
    "unscorable": "WHOOP could not score it",
    "no_record": "WHOOP has no record: was the strap worn and synchronised?",
    "not_asked": "not pulled yet",
    "failed": "the pull failed, see the pull log",
    "not_granted": "the athlete does not share it",
    "reconnect": "the athlete must consent again",
    "inactive_membership": "the WHOOP membership has ended",
    "before_consent": "before the athlete consented",
    "deleted_at_whoop": "deleted at WHOOP",
}
# The record is scored, but this value is missing.
VALUE_MISSING = "missing in WHOOP's record"
# The WHOOP collection that each value on the pages comes from.
COLLECTIONS = {
    "recovery": "recovery",
    "heart_rate_variability": "recovery",
    "resting_heart_rate": "recovery",
    "hours_of_sleep": "sleep",
    "day_strain": "cycle",
}


def why_missing(metric: str, reasons: Mapping[str, str]) -> str:
    """Return why a date has no value of a metric. ``reasons`` maps the date's collections to reasons."""
    reason = reasons.get(COLLECTIONS[metric], "not_asked")
    return LABELS.get(reason, VALUE_MISSING)
