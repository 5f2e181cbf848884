-- Add the days of exported rows that are new, changed or deleted, including the days of their older versions.
-- Grain: one row per athlete and date. Parameters: integration.
-- Inputs: touched, raw.records. Outputs: affected_days.
insert into affected_days (athlete_id, metric_date)
select
    athlete_id,
    export_date
from touched
where collection = 'export_cycle'
union
select
    athlete_id,
    local_date
from touched
where collection = 'export_workout'
union
-- a nap belongs to the date of its cycle
select
    touched.athlete_id,
    raw.export_cycle_date(cycle.payload -> 'row')
from touched
cross join lateral (
    -- `offset 0` forces one index probe per row, even on a table that was never analysed
    select payload
    from raw.records
    where integration = %(integration)s
    and athlete_id = touched.athlete_id
    and collection = 'export_cycle'
    and record_id = touched.export_cycle_id
    and superseded_at is null
    offset 0
) as cycle
where touched.collection = 'export_sleep'
except
select
    athlete_id,
    metric_date
from affected_days
