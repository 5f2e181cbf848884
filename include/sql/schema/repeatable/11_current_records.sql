-- raw.current_records. Grain: one row per WHOOP record. Input: raw.records.
-- A recovery has no times of its own; it gets those of its sleep, or those of its cycle if the sleep is unknown.

create view raw.current_records as
select
    known.integration,
    known.collection,
    known.athlete_id,
    known.record_id,
    known.payload,
    known.source_updated_at,
    known.deleted_at,
    coalesce(known.started_at, sleep.started_at, cycle.started_at) as started_at,
    coalesce(known.ended_at, sleep.ended_at, cycle.ended_at) as ended_at
from raw.records as known
left join raw.records as sleep
    on known.collection = 'recovery'
    and sleep.integration = known.integration
    and sleep.collection = 'sleep'
    and sleep.athlete_id = known.athlete_id
    and sleep.record_id = known.payload ->> 'sleep_id'
    and sleep.superseded_at is null
left join raw.records as cycle
    on known.collection = 'recovery'
    and cycle.integration = known.integration
    and cycle.collection = 'cycle'
    and cycle.athlete_id = known.athlete_id
    and cycle.record_id = known.record_id
    and cycle.superseded_at is null
where known.superseded_at is null;
comment on view raw.current_records is 'One row per WHOOP record: its current version, and the time it covers.';
comment on column raw.current_records.integration is 'Integration through which the record was pulled.';
comment on column raw.current_records.collection is 'cycle, recovery, sleep or workout; for rows of an export: export_cycle, export_sleep, export_workout or journal.';
comment on column raw.current_records.athlete_id is 'WHOOP user ID of the athlete.';
comment on column raw.current_records.record_id is 'WHOOP ID of the record; a recovery has the ID of its cycle.';
comment on column raw.current_records.payload is 'The record as WHOOP sent it, including unknown fields.';
comment on column raw.current_records.source_updated_at is 'WHOOP''s updated_at.';
comment on column raw.current_records.deleted_at is 'When a pull found that WHOOP no longer returns the record; null while WHOOP returns it.';
comment on column raw.current_records.started_at is 'Start of the record; for a recovery, the start of its sleep, or of its cycle if the sleep is unknown.';
comment on column raw.current_records.ended_at is 'End of the record, by the same rule; null while a cycle is open.';
