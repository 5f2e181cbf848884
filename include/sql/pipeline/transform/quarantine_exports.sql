-- Quarantine the exported rows that produced an implausible value.
-- Grain: one row per row of the export and metric. Parameters: integration, run_id.
-- Inputs: export_values, raw.records. Outputs: ops.quarantine.
insert into ops.quarantine (integration, run_id, collection, athlete_id, record_id, reason, payload)
select
    %(integration)s,
    %(run_id)s,
    known.collection,
    known.athlete_id,
    known.record_id,
    implausible.metric || ' is out of range',
    known.payload::text
from export_values as implausible
inner join raw.records as known
    on known.integration = %(integration)s
    and implausible.athlete_id = known.athlete_id
    and implausible.collection = known.collection
    and implausible.record_id = known.record_id
    and known.superseded_at is null
where not implausible.is_plausible
on conflict do nothing
