-- Brings analytics.metrics up to date for the affected days; what did not change is not touched, what did is kept in
-- analytics.metric_versions.
-- One row: records, days, inserted, updated, deleted. Parameters: integration.
with deleted as (
    delete from analytics.metrics as known
    using affected_days as affected
    where known.integration = %(integration)s
    and known.athlete_id = affected.athlete_id
    and known.metric_date = affected.metric_date
    and known.metric not like 'survey.%%'
    and not exists (
        select
        from day_values
        where day_values.athlete_id = known.athlete_id
        and day_values.metric_date = known.metric_date
        and day_values.metric = known.metric
        and day_values.is_plausible
    )
    returning known.*
),

replaced as (
    select known.*
    from day_values
    inner join analytics.metrics as known
        on known.integration = %(integration)s
        and day_values.athlete_id = known.athlete_id
        and day_values.metric = known.metric
        and day_values.metric_date = known.metric_date
    where day_values.is_plausible
    and (known.value, known.unit, known.is_provisional, known.source_record_id, known.source)
    is distinct from (
        day_values.value, day_values.unit, day_values.is_provisional, day_values.source_record_id, day_values.source
    )
),

kept as (
    insert into analytics.metric_versions (
        integration, athlete_id, metric_date, metric, value, unit, is_provisional, source_record_id, updated_at, source,
        superseded_at
    )
    select
        versions.integration,
        versions.athlete_id,
        versions.metric_date,
        versions.metric,
        versions.value,
        versions.unit,
        versions.is_provisional,
        versions.source_record_id,
        versions.updated_at,
        versions.source,
        now()
    from (
        select deleted.* from deleted
        union all
        select replaced.* from replaced
    ) as versions
    -- one that lived no moment was never seen
    where versions.updated_at < now()
),

written as (
    insert into analytics.metrics as known (
        integration, athlete_id, metric_date, metric, value, unit, is_provisional, source_record_id, source
    )
    select
        %(integration)s,
        athlete_id,
        metric_date,
        metric,
        value,
        unit,
        is_provisional,
        source_record_id,
        source
    from day_values
    where is_plausible
    on conflict (integration, athlete_id, metric, metric_date) do update
    set
        value = excluded.value,
        unit = excluded.unit,
        is_provisional = excluded.is_provisional,
        source_record_id = excluded.source_record_id,
        source = excluded.source,
        updated_at = excluded.updated_at
    where (known.value, known.unit, known.is_provisional, known.source_record_id, known.source)
    is distinct from (
        excluded.value, excluded.unit, excluded.is_provisional, excluded.source_record_id, excluded.source
    )
    returning known.xmax = 0 as is_new
)

select
    (select count(*) from queued) as records,
    (select count(*) from affected_days) as days,
    (select count(*) from written where is_new) as inserted,
    (select count(*) from written where not is_new) as updated,
    (select count(*) from deleted) as deleted
