-- The problems of a run's data: an error fails the run, a warning is only logged.
-- Grain: one row per finding, with severity and sentence.
-- Parameters: integration, run_id.
-- Inputs: ops.quarantine, ops.slices, ops.runs, ops.schema_drift, analytics.days. Outputs: nothing.
with quarantined as (
    select
        collection,
        reason,
        count(*) as records
    from ops.quarantine
    where integration = %(integration)s and run_id = %(run_id)s
    group by collection, reason
),

quarantined_before as (
    select
        slice.collection,
        sum(slice.quarantined) - (
            select count(*)
            from ops.quarantine as this_run
            where this_run.integration = %(integration)s
            and this_run.run_id = %(run_id)s
            and this_run.collection = slice.collection
        ) as records
    from ops.slices as slice
    where slice.integration = %(integration)s and slice.run_id = %(run_id)s
    group by slice.collection
),

run as (
    select window_end
    from ops.runs
    where integration = %(integration)s and run_id = %(run_id)s
),

members as (
    -- who shares cycles
    select distinct athlete_id
    from ops.slices
    where integration = %(integration)s
    and run_id = %(run_id)s
    and collection = 'cycle'
    and state <> 'skipped'
),

latest as (
    -- every day on which the strap is worn has a day strain, so an old date means that it is not worn or not synced
    select
        member.athlete_id,
        (
            select max(metric_date)
            from analytics.days
            where integration = %(integration)s
            and athlete_id = member.athlete_id
            and day_strain is not null
        ) as latest_date
    from members as member
)

select
    'error' as severity,
    quarantined.records || ' ' || quarantined.collection || ' record(s) were quarantined (see ops.quarantine): '
    || quarantined.reason || '.' as sentence
from quarantined
union all
select
    'warning',
    records || ' ' || collection
    || ' record(s) are still invalid; an earlier run quarantined them (see ops.quarantine).'
from quarantined_before
where records > 0
union all
select
    'warning',
    'WHOOP returned a new field, ' || field || ' of ' || collection
    || '. It is kept in raw.records, but no metric uses it.'
from ops.schema_drift
where integration = %(integration)s and run_id = %(run_id)s
union all
select
    'warning',
    'athlete ' || latest.athlete_id || ': '
    || coalesce('the last day with data is ' || latest.latest_date, 'there are no data')
    || '. Check that the strap is worn and synchronised.'
from latest
cross join run
where run.window_end > now() - interval '2 days'
and (latest.latest_date is null or latest.latest_date < run.window_end::date - 2)
order by severity, sentence
