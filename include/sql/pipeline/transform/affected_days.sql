-- Find the days to recompute: those of affected cycles, before and after the change, and those of changed workouts.
-- Grain: one row per athlete and date. Parameters: integration, run_id.
-- Inputs: affected_cycles, dated_cycles, touched, analytics.cycle_days, analytics.days, ops.slices.
-- Outputs: affected_days (temporary).
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
-- days without a workout whose workouts this run requested for the first time: they become rest days
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

analyze affected_days
