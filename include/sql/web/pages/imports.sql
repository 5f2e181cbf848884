-- Imports of data exports, with their record counts.
-- Grain: one row per import, newest first.
-- Parameters: integration, max_rows.
-- Inputs: ops.runs, ops.slices.
-- Outputs: run_id, athlete_id, window, state, started_at, counts of records; withheld, journal answers that were not
--   stored.
select
    runs.run_id,
    slices.athlete_id,
    runs.window_start,
    runs.window_end,
    runs.state,
    runs.started_at,
    slices.records,
    slices.new,
    slices.changed,
    slices.unchanged,
    slices.deleted,
    slices.withheld
from ops.runs as runs
cross join lateral (
    select
        max(athlete_id) as athlete_id,
        coalesce(sum(records), 0) as records,
        coalesce(sum(new), 0) as new,
        coalesce(sum(changed), 0) as changed,
        coalesce(sum(unchanged), 0) as unchanged,
        coalesce(sum(deleted), 0) as deleted,
        coalesce(sum(withheld), 0) as withheld
    from ops.slices
    where integration = runs.integration
    and run_id = runs.run_id
) as slices
where runs.integration = %(integration)s
and runs.run_type = 'export'
order by runs.started_at desc
limit %(max_rows)s
