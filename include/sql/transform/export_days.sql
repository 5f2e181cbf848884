-- Adds the days of the rows of exports that are new, changed or gone, older versions included.
-- Parameters: integration.
insert into affected_days (athlete_id, metric_date)
with versions as (
    select
        queued.athlete_id,
        queued.collection,
        known.started_at,
        known.payload
    from queued
    inner join raw.records as known
        on known.integration = %(integration)s
        and queued.athlete_id = known.athlete_id
        and queued.collection = known.collection
        and queued.record_id = known.record_id
    where queued.collection in ('export_cycle', 'export_sleep', 'export_workout')
)

select
    athlete_id,
    raw.export_cycle_date(payload -> 'row') as metric_date
from versions
where collection = 'export_cycle'
union
select
    athlete_id,
    raw.local_time(started_at, payload ->> 'timezone_offset')::date
from versions
where collection = 'export_workout'
union
-- a nap belongs to the date of its cycle
select
    versions.athlete_id,
    raw.export_cycle_date(cycle.payload -> 'row')
from versions
inner join raw.records as cycle
    on cycle.integration = %(integration)s
    and cycle.collection = 'export_cycle'
    and versions.athlete_id = cycle.athlete_id
    and cycle.record_id = versions.payload ->> 'cycle'
    and cycle.superseded_at is null
where versions.collection = 'export_sleep'
except
select
    athlete_id,
    metric_date
from affected_days
