-- Bring analytics.metrics up to date for the affected days. Unchanged values are not rewritten; changed and deleted
-- values are kept in analytics.metric_versions.
-- Grain: one row per athlete, date and metric; the result is one row: records, days, inserted, updated, deleted.
-- Parameters: integration. Inputs: queued, affected_days, day_values.
-- Outputs: analytics.metrics, analytics.metric_versions.
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

changed as (
    select
        day_values.athlete_id,
        day_values.metric_date,
        day_values.metric,
        day_values.value,
        day_values.unit,
        day_values.is_provisional,
        day_values.source_record_id,
        day_values.source,
        known as former,
        known.metric is null as is_new
    from day_values
    left join analytics.metrics as known
        on known.integration = %(integration)s
        and day_values.athlete_id = known.athlete_id
        and day_values.metric = known.metric
        and day_values.metric_date = known.metric_date
    where day_values.is_plausible
    and (
        known.metric is null
        or (known.value, known.unit, known.is_provisional, known.source_record_id, known.source)
        is distinct from (
            day_values.value, day_values.unit, day_values.is_provisional, day_values.source_record_id, day_values.source
        )
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
        select (changed.former).* from changed where not changed.is_new
    ) as versions
    -- skip versions that were created and replaced within this transaction: nobody saw them
    where versions.updated_at < now()
),

inserted as (
    insert into analytics.metrics (
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
    from changed
    where is_new
    returning true
),

updated as (
    update analytics.metrics as known
    set
        value = changed.value,
        unit = changed.unit,
        is_provisional = changed.is_provisional,
        source_record_id = changed.source_record_id,
        source = changed.source,
        updated_at = now()
    from changed
    where not changed.is_new
    and known.integration = %(integration)s
    and known.athlete_id = changed.athlete_id
    and known.metric = changed.metric
    and known.metric_date = changed.metric_date
    returning true
)

select
    (select count(*) from queued) as records,
    (select count(*) from affected_days) as days,
    (select count(*) from inserted) as inserted,
    (select count(*) from updated) as updated,
    (select count(*) from deleted) as deleted
