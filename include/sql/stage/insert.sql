-- One row per version never seen before. Parameters: integration, run_id.
insert into raw.records (
    integration, collection, athlete_id, record_id, payload, started_at, ended_at, source_updated_at, pulled_at, run_id
)
select
    %(integration)s,
    collection,
    athlete_id,
    record_id,
    payload,
    started_at,
    ended_at,
    source_updated_at,
    now(),
    %(run_id)s
from incoming
where outcome <> 'unchanged'
