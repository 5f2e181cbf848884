-- Select the affected days of athletes with an export, so that the next steps skip the days of all others.
-- Grain: one row per athlete and date. Parameters: integration.
-- Inputs: affected_days, raw.records. Outputs: days_with_export (temporary).
create temporary table days_with_export on commit drop as
with athletes as (
    select distinct athlete_id
    from affected_days
),

imported as materialized (
    select athletes.athlete_id
    from athletes
    where exists (
        select
        from raw.records
        where integration = %(integration)s
        and athlete_id = athletes.athlete_id
        and collection in ('export_cycle', 'export_workout')
        and superseded_at is null
        offset 0
    )
)

select
    affected_days.athlete_id,
    affected_days.metric_date
from affected_days
inner join imported on affected_days.athlete_id = imported.athlete_id;

analyze days_with_export
