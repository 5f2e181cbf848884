-- Older versions give way. Parameters: integration.
update raw.records as known
set superseded_at = now()
from incoming
where known.integration = %(integration)s
and known.athlete_id = incoming.athlete_id
and known.collection = incoming.collection
and known.record_id = incoming.record_id
and known.superseded_at is null
and incoming.outcome = 'changed'
