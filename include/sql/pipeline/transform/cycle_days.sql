-- Brings analytics.cycle_days up to date, and keeps the days concerned: one row per athlete and date.
-- Parameters: integration, run_id.
create temporary table affected_days on commit drop as
select
    known.athlete_id,
    known.metric_date
from affected_cycles as affected
inner join analytics.cycle_days as known
    on known.integration = %(integration)s
    and affected.athlete_id = known.athlete_id
    and affected.cycle_id = known.cycle_id
union
select
    athlete_id,
    metric_date
from dated_cycles
union
select
    athlete_id,
    local_date
from touched
where collection = 'workout' and started_at is not null
union
-- days without a workout: asked about only now, they are days of rest
select
    days.athlete_id,
    days.metric_date
from ops.slices as slice
inner join analytics.days as days
    on days.integration = %(integration)s
    and slice.athlete_id = days.athlete_id
    and days.metric_date between slice.chunk_start::date and slice.chunk_end::date
    and days.cycle_state = 'complete'
    and days.workout_state is null
    and days.zone_load is null
    and not days.is_provisional
where slice.integration = %(integration)s
and slice.run_id = %(run_id)s
and slice.collection = 'workout'
and slice.state = 'staged';

analyze affected_days;

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
