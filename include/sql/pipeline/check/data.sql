-- What is wrong with the data of a pull: one row per finding. Parameters: integration, run_id.
with quarantined as (
    select
        collection,
        reason,
        count(*) as records
    from ops.quarantine
    where integration = %(integration)s and run_id = %(run_id)s
    group by collection, reason
),

kept_aside_before as (
    select
        slice.collection,
        sum(slice.quarantined) - (
            select count(*)
            from ops.quarantine as newly
            where newly.integration = %(integration)s
            and newly.run_id = %(run_id)s
            and newly.collection = slice.collection
        ) as records
    from ops.slices as slice
    where slice.integration = %(integration)s and slice.run_id = %(run_id)s
    group by slice.collection
),

run as (
    select
        athletes,
        window_end
    from ops.runs
    where integration = %(integration)s and run_id = %(run_id)s
),

latest as (
    -- an athlete's newest day strain, for a strap that stays silent
    select
        member.athlete_id,
        max(known.metric_date) as latest_date
    from run
    cross join lateral unnest(run.athletes) as member (athlete_id)
    left join analytics.metrics as known
        on known.integration = %(integration)s
        and member.athlete_id = known.athlete_id
        and known.metric = 'day_strain'
    group by member.athlete_id
)

select
    'error' as severity,
    quarantined.records || ' ' || quarantined.collection || ' record(s) were kept aside in ops.quarantine: '
    || quarantined.reason || '.' as sentence
from quarantined
union all
select
    'warning',
    records || ' ' || collection || ' record(s) came again that an earlier pull had kept aside in ops.quarantine.'
from kept_aside_before
where records > 0
union all
select
    'warning',
    'WHOOP sends a new field, ' || field || ' of ' || collection || '; it is kept in raw.records and read by nothing.'
from ops.schema_drift
where integration = %(integration)s and run_id = %(run_id)s
union all
select
    'warning',
    'athlete ' || latest.athlete_id || ': '
    || coalesce('the last day with data is ' || latest.latest_date, 'there is no data at all')
    || '; has the strap been worn and synchronised?'
from latest
cross join run
where run.window_end > now() - interval '2 days'
and (latest.latest_date is null or latest.latest_date < run.window_end::date - 2)
order by severity, sentence
