-- Bring analytics.cycle_days up to date.
-- Grain: one row per athlete and cycle. Parameters: integration.
-- Inputs: affected_cycles, dated_cycles. Outputs: analytics.cycle_days.
delete from analytics.cycle_days as known
using affected_cycles as affected
where known.integration = %(integration)s
and known.athlete_id = affected.athlete_id
and known.cycle_id = affected.cycle_id
and not exists (
    select
    from dated_cycles as dated
    where dated.athlete_id = known.athlete_id
    and dated.cycle_id = known.cycle_id
);

insert into analytics.cycle_days as known (
    integration, athlete_id, cycle_id, metric_date, cycle_started_at, main_sleep_id, sleep_ids
)
select
    %(integration)s,
    athlete_id,
    cycle_id,
    metric_date,
    cycle_started_at,
    main_sleep_id,
    sleep_ids
from dated_cycles
on conflict (integration, athlete_id, cycle_id) do update
set
    metric_date = excluded.metric_date,
    cycle_started_at = excluded.cycle_started_at,
    main_sleep_id = excluded.main_sleep_id,
    sleep_ids = excluded.sleep_ids
where (known.metric_date, known.cycle_started_at, known.main_sleep_id, known.sleep_ids)
is distinct from (excluded.metric_date, excluded.cycle_started_at, excluded.main_sleep_id, excluded.sleep_ids)
