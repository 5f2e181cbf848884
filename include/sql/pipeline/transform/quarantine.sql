-- Quarantine the records that produced an implausible value.
-- Grain: one row per record and metric. Parameters: integration, run_id.
-- Inputs: day_values, raw.records. Outputs: ops.quarantine.
insert into ops.quarantine (integration, run_id, collection, athlete_id, record_id, reason, payload)
select
    %(integration)s,
    %(run_id)s,
    known.collection,
    known.athlete_id,
    known.record_id,
    day_values.metric || ' is out of range',
    known.payload::text
from day_values
inner join raw.records as known
    on known.integration = %(integration)s
    and day_values.athlete_id = known.athlete_id
    and day_values.collection = known.collection
    and day_values.greatest_record_id = known.record_id
    and known.superseded_at is null
where not day_values.is_plausible
on conflict do nothing
