-- Insert new and changed records as new versions.
-- Grain: one row of raw.records per version.
-- Parameters: integration, run_id.
-- Inputs: incoming, landed. Outputs: raw.records.
insert into raw.records (
    integration, collection, athlete_id, record_id, payload, payload_digest, started_at, ended_at, source_updated_at,
    pulled_at, run_id
)
select
    %(integration)s,
    incoming.collection,
    incoming.athlete_id,
    incoming.record_id,
    landed.payload,
    landed.payload_digest,
    landed.started_at::timestamptz,
    landed.ended_at::timestamptz,
    landed.source_updated_at,
    now(),
    %(run_id)s
from incoming
inner join landed on incoming.line_number = landed.line_number
where incoming.outcome <> 'unchanged'
