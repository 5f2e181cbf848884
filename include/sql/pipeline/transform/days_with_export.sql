-- Select the affected days of athletes with an export, so that the steps for exports skip the days of all others.
-- Grain: one row per athlete and date. Parameters: integration.
-- Inputs: affected_days, raw.records. Outputs: days_with_export (temporary).
create temporary table days_with_export on commit drop as
select
    affected.athlete_id,
    affected.metric_date
from (select distinct athlete_id from affected_days) as athlete
cross join lateral (
    select
    from raw.records
    where integration = %(integration)s
    and athlete_id = athlete.athlete_id
    and collection in ('export_cycle', 'export_workout')
    and superseded_at is null
    limit 1
) as imported
inner join affected_days as affected on athlete.athlete_id = affected.athlete_id
