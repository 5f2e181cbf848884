-- Compare an export with the cycles that the API returned for each athlete of the integration, to find out whose
-- export it is. Cycles match by the minute in which they start, because Excel cuts off the seconds.
-- Grain: one row per athlete with cycles in the export's period, best match first.
-- Parameters: integration; starts, recovery, resting_heart_rate, heart_rate_variability (arrays of equal length, from
--   the export).
-- Inputs: raw.records.
-- Outputs: athlete_id; cycles in the period; shared, those that the export contains; valued, the shared cycles with
--   recovery values on both sides; different, those whose values differ by more than rounding.
with exported as materialized (
    select
        date_trunc('minute', started_at) as minute,
        recovery,
        resting_heart_rate,
        heart_rate_variability
    from unnest(
        %(starts)s::timestamptz [],
        %(recovery)s::double precision [],
        %(resting_heart_rate)s::double precision [],
        %(heart_rate_variability)s::double precision []
    ) as row (started_at, recovery, resting_heart_rate, heart_rate_variability)
),

period as (
    select
        min(minute) as first_minute,
        max(minute) as last_minute
    from exported
),

api_cycles as (
    select
        cycle.athlete_id,
        cycle.record_id,
        date_trunc('minute', cycle.started_at) as minute
    from period
    inner join raw.records as cycle
        on cycle.integration = %(integration)s
        and cycle.collection = 'cycle'
        and cycle.started_at >= period.first_minute
        and cycle.started_at < period.last_minute + interval '1 minute'
        and cycle.superseded_at is null
        and cycle.deleted_at is null
),

compared as (
    select
        api_cycles.athlete_id,
        exported.minute is not null as is_in_export,
        score.recovery_score is not null and exported.recovery is not null as has_both,
        abs(score.recovery_score - exported.recovery) > 1
        or abs(score.resting_heart_rate - exported.resting_heart_rate) > 1
        or abs(score.heart_rate_variability - exported.heart_rate_variability) > 1 as is_different
    from api_cycles
    left join exported on api_cycles.minute = exported.minute
    left join raw.records as recovery
        on recovery.integration = %(integration)s
        and recovery.collection = 'recovery'
        and api_cycles.athlete_id = recovery.athlete_id
        and api_cycles.record_id = recovery.record_id
        and recovery.superseded_at is null
        and recovery.deleted_at is null
    cross join lateral (
        select
            raw.number(recovery.payload #> '{score,recovery_score}') as recovery_score,
            raw.number(recovery.payload #> '{score,resting_heart_rate}') as resting_heart_rate,
            raw.number(recovery.payload #> '{score,hrv_rmssd_milli}') as heart_rate_variability
        where recovery.payload ->> 'score_state' = 'SCORED'
        union all
        select
            null,
            null,
            null
        where recovery.payload ->> 'score_state' is distinct from 'SCORED'
    ) as score
)

select
    athlete_id,
    count(*) as cycles,
    count(*) filter (where is_in_export) as shared,
    count(*) filter (where has_both) as valued,
    count(*) filter (where has_both and is_different) as different
from compared
group by athlete_id
order by shared desc, athlete_id
