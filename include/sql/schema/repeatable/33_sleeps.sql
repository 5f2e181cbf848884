-- analytics.sleeps. Grain: one row per sleep or nap that WHOOP still returns. Inputs: raw.records, analytics.cycle_days.
-- Only scored sleeps have values. Durations are converted from milliseconds to hours.

create view analytics.sleeps as
with attached as (
    select
        cycle_days.integration,
        cycle_days.athlete_id,
        cycle_days.cycle_id,
        cycle_days.metric_date,
        sleep.id as sleep_id,
        coalesce(cycle_days.main_sleep_id = sleep.id, false) as is_main_sleep
    from analytics.cycle_days
    cross join lateral unnest(cycle_days.sleep_ids) as sleep (id)
)

select
    known.integration,
    known.athlete_id,
    known.record_id as sleep_id,
    coalesce(attached.cycle_id, known.payload ->> 'cycle_id') as cycle_id,
    coalesce(known.payload -> 'nap' = 'true', false) as is_nap,
    coalesce(attached.is_main_sleep, false) as is_main_sleep,
    known.payload ->> 'score_state' as score_state,
    attached.metric_date,
    known.started_at,
    known.ended_at,
    raw.local_time(known.started_at, known.payload ->> 'timezone_offset') as started_at_local,
    raw.local_time(known.ended_at, known.payload ->> 'timezone_offset') as ended_at_local,
    known.payload ->> 'timezone_offset' as timezone_offset,
    (
        raw.number(scored.stages -> 'total_light_sleep_time_milli')
        + raw.number(scored.stages -> 'total_slow_wave_sleep_time_milli')
        + raw.number(scored.stages -> 'total_rem_sleep_time_milli')
    ) / 3600000 as hours_of_sleep,
    raw.number(scored.stages -> 'total_light_sleep_time_milli') / 3600000 as light_sleep,
    raw.number(scored.stages -> 'total_slow_wave_sleep_time_milli') / 3600000 as slow_wave_sleep,
    raw.number(scored.stages -> 'total_rem_sleep_time_milli') / 3600000 as rem_sleep,
    raw.number(scored.stages -> 'total_awake_time_milli') / 3600000 as awake_time,
    raw.number(scored.stages -> 'total_no_data_time_milli') / 3600000 as no_data_time,
    raw.number(scored.stages -> 'total_in_bed_time_milli') / 3600000 as time_in_bed,
    raw.number(scored.stages -> 'sleep_cycle_count') as sleep_cycles,
    raw.number(scored.stages -> 'disturbance_count') as disturbances,
    (
        raw.number(scored.need -> 'baseline_milli')
        + raw.number(scored.need -> 'need_from_sleep_debt_milli')
        + raw.number(scored.need -> 'need_from_recent_strain_milli')
        + raw.number(scored.need -> 'need_from_recent_nap_milli')
    ) / 3600000 as sleep_need,
    raw.number(scored.need -> 'baseline_milli') / 3600000 as need_baseline,
    raw.number(scored.need -> 'need_from_sleep_debt_milli') / 3600000 as need_from_sleep_debt,
    raw.number(scored.need -> 'need_from_recent_strain_milli') / 3600000 as need_from_strain,
    raw.number(scored.need -> 'need_from_recent_nap_milli') / 3600000 as need_from_naps,
    raw.number(scored.score -> 'respiratory_rate') as respiratory_rate,
    raw.number(scored.score -> 'sleep_performance_percentage') as sleep_performance,
    raw.number(scored.score -> 'sleep_consistency_percentage') as sleep_consistency,
    raw.number(scored.score -> 'sleep_efficiency_percentage') as sleep_efficiency
from raw.records as known
left join attached
    on known.integration = attached.integration
    and known.athlete_id = attached.athlete_id
    and known.record_id = attached.sleep_id
cross join lateral (
    select
        case when known.payload ->> 'score_state' = 'SCORED' then known.payload -> 'score' end as score,
        case
            when known.payload ->> 'score_state' = 'SCORED' then known.payload #> '{score,stage_summary}'
        end as stages,
        case when known.payload ->> 'score_state' = 'SCORED' then known.payload #> '{score,sleep_needed}' end as need
) as scored
where known.collection = 'sleep'
and known.superseded_at is null
and known.deleted_at is null;
comment on view analytics.sleeps is 'One row per sleep or nap that WHOOP still returns. Only scored sleeps have values.';
comment on column analytics.sleeps.integration is 'Name of the integration.';
comment on column analytics.sleeps.athlete_id is 'WHOOP user ID of the athlete.';
comment on column analytics.sleeps.sleep_id is 'WHOOP ID of the sleep.';
comment on column analytics.sleeps.cycle_id is 'WHOOP ID of its cycle.';
comment on column analytics.sleeps.is_nap is 'Whether WHOOP classifies it as a nap.';
comment on column analytics.sleeps.is_main_sleep is 'Whether it is the main sleep of its cycle.';
comment on column analytics.sleeps.score_state is 'SCORED, PENDING_SCORE or UNSCORABLE.';
comment on column analytics.sleeps.metric_date is 'Date of its cycle; null while the cycle has no date.';
comment on column analytics.sleeps.started_at is 'Start.';
comment on column analytics.sleeps.ended_at is 'End.';
comment on column analytics.sleeps.started_at_local is 'Start, in the athlete''s local time.';
comment on column analytics.sleeps.ended_at_local is 'End, in the athlete''s local time.';
comment on column analytics.sleeps.timezone_offset is 'UTC offset when the sleep was recorded: +hh:mm, -hh:mm or Z.';
comment on column analytics.sleeps.hours_of_sleep is 'Light, slow-wave and REM sleep (h).';
comment on column analytics.sleeps.light_sleep is 'Light sleep (h).';
comment on column analytics.sleeps.slow_wave_sleep is 'Slow-wave (deep) sleep (h).';
comment on column analytics.sleeps.rem_sleep is 'REM sleep (h).';
comment on column analytics.sleeps.awake_time is 'Time awake (h).';
comment on column analytics.sleeps.no_data_time is 'Time without data (h).';
comment on column analytics.sleeps.time_in_bed is 'Total time in bed: sleep, time awake and time without data (h).';
comment on column analytics.sleeps.sleep_cycles is 'Sleep cycles (count).';
comment on column analytics.sleeps.disturbances is 'Disturbances (count).';
comment on column analytics.sleeps.sleep_need is 'Sleep need before this sleep: the sum of the next four columns (h).';
comment on column analytics.sleeps.need_baseline is 'Baseline sleep need (h).';
comment on column analytics.sleeps.need_from_sleep_debt is 'Sleep need from sleep debt (h).';
comment on column analytics.sleeps.need_from_strain is 'Sleep need from recent strain (h).';
comment on column analytics.sleeps.need_from_naps is 'Reduction of the sleep need by recent naps: zero or negative (h).';
comment on column analytics.sleeps.respiratory_rate is 'Respiratory rate (breaths/min).';
comment on column analytics.sleeps.sleep_performance is 'Sleep relative to sleep need, by WHOOP''s own formula (%).';
comment on column analytics.sleeps.sleep_consistency is 'Regularity of bed and wake times (%); null for naps.';
comment on column analytics.sleeps.sleep_efficiency is 'Time asleep relative to time in bed (%).';
