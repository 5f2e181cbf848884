-- One row per version never seen before. Parameters: integration, run_id.
insert into raw.records (
    integration, collection, athlete_id, record_id, payload, started_at, ended_at, source_updated_at, pulled_at, run_id
)
select
    %(integration)s,
    incoming.collection,
    incoming.athlete_id,
    incoming.record_id,
    landed.payload,
    incoming.started_at,
    incoming.ended_at,
    incoming.source_updated_at,
    now(),
    %(run_id)s
from incoming
inner join landed on incoming.line_number = landed.line_number
where incoming.outcome <> 'unchanged'
