-- Describe everything but the metrics of each affected day: the state of its records, the time zone and the main sleep.
-- Grain: one row per athlete and date with a record of the API. Parameters: none.
-- Inputs: day_records. Outputs: day_states (temporary).
create temporary table day_states on commit drop as
select
    athlete_id,
    metric_date,
    max(record_id) filter (where collection = 'cycle') as cycle_id,
    max(state) filter (where collection = 'cycle') as cycle_state,
    max(state) filter (where collection = 'recovery') as recovery_state,
    max(record_id) filter (where collection = 'sleep' and not is_nap) as main_sleep_id,
    max(state) filter (where collection = 'sleep' and not is_nap) as sleep_state,
    -- of several workouts, one that still waits for its score counts before one that cannot be scored
    case
        when bool_or(collection = 'workout' and state = 'pending_score') then 'pending_score'
        else max(state) filter (where collection = 'workout')
    end as workout_state,
    coalesce(
        max(utc_offset) filter (where collection = 'sleep' and not is_nap),
        max(utc_offset) filter (where collection = 'cycle'),
        (array_agg(utc_offset order by started_at) filter (where collection = 'workout'))[1]
    ) as timezone_offset,
    max(raw.local_time(started_at, utc_offset)) filter (
        where collection = 'sleep' and not is_nap
    ) as sleep_started_at_local,
    max(raw.local_time(ended_at, utc_offset)) filter (
        where collection = 'sleep' and not is_nap
    ) as sleep_ended_at_local,
    max(raw.number(score #> '{sleep_needed,baseline_milli}')) filter (
        where collection = 'sleep' and not is_nap and is_scored
    ) / 3600000 as sleep_need_baseline,
    max(raw.number(score #> '{sleep_needed,need_from_sleep_debt_milli}')) filter (
        where collection = 'sleep' and not is_nap and is_scored
    ) / 3600000 as sleep_debt_vendor
from day_records
group by athlete_id, metric_date;

analyze day_states (athlete_id, metric_date)
