-- What is gone is marked. Parameters: integration.
update raw.records as known
set deleted_at = now()
from gone
where known.integration = %(integration)s
and known.athlete_id = gone.athlete_id
and known.collection = gone.collection
and known.record_id = gone.record_id
and known.superseded_at is null
