-- One row per affected athlete, date and metric, plausible or not. Parameters: integration.
create temporary table day_values on commit drop as
with of_one as (
    -- a date has one cycle, one recovery and one main sleep: nothing is to be added up, hence nothing sorted
    select
        known.*,
        field.*
    from day_records as known
    cross join lateral (
        values
        ('day_strain', raw.number(known.score -> 'strain'), 1),
        ('energy', raw.number(known.score -> 'kilojoule'), 1),
        ('average_heart_rate', raw.number(known.score -> 'average_heart_rate'), 1),
        ('max_heart_rate', raw.number(known.score -> 'max_heart_rate'), 1),
        ('steps', raw.number(known.step_count), 1)
    ) as field (metric, amount, divisor)
    where known.collection = 'cycle' and known.is_scored
    union all
    select
        known.*,
        field.*
    from day_records as known
    cross join lateral (
        values
        ('recovery', raw.number(known.score -> 'recovery_score'), 1),
        ('resting_heart_rate', raw.number(known.score -> 'resting_heart_rate'), 1),
        ('heart_rate_variability', raw.number(known.score -> 'hrv_rmssd_milli'), 1),
        ('blood_oxygen', raw.number(known.score -> 'spo2_percentage'), 1),
        ('skin_temperature', raw.number(known.score -> 'skin_temp_celsius'), 1)
    ) as field (metric, amount, divisor)
    where known.collection = 'recovery' and known.is_scored
    union all
    select
        known.*,
        field.*
    from day_records as known
    cross join lateral (
        select
            raw.number(known.score #> '{stage_summary,total_light_sleep_time_milli}') as light,
            raw.number(known.score #> '{stage_summary,total_slow_wave_sleep_time_milli}') as slow_wave,
            raw.number(known.score #> '{stage_summary,total_rem_sleep_time_milli}') as rem,
            raw.number(known.score #> '{sleep_needed,baseline_milli}')
            + raw.number(known.score #> '{sleep_needed,need_from_sleep_debt_milli}')
            + raw.number(known.score #> '{sleep_needed,need_from_recent_strain_milli}')
            + raw.number(known.score #> '{sleep_needed,need_from_recent_nap_milli}') as need
    ) as total
    cross join lateral (
        values
        ('sleep_performance', raw.number(known.score -> 'sleep_performance_percentage'), 1),
        ('sleep_efficiency', raw.number(known.score -> 'sleep_efficiency_percentage'), 1),
        ('sleep_consistency', raw.number(known.score -> 'sleep_consistency_percentage'), 1),
        ('respiratory_rate', raw.number(known.score -> 'respiratory_rate'), 1),
        ('sleep_cycles', raw.number(known.score #> '{stage_summary,sleep_cycle_count}'), 1),
        ('disturbances', raw.number(known.score #> '{stage_summary,disturbance_count}'), 1),
        ('hours_of_sleep', total.light + total.slow_wave + total.rem, 3600000),
        ('light_sleep', total.light, 3600000),
        ('slow_wave_sleep', total.slow_wave, 3600000),
        ('rem_sleep', total.rem, 3600000),
        ('awake_time', raw.number(known.score #> '{stage_summary,total_awake_time_milli}'), 3600000),
        ('time_in_bed', raw.number(known.score #> '{stage_summary,total_in_bed_time_milli}'), 3600000),
        ('sleep_need', total.need, 3600000)
    ) as field (metric, amount, divisor)
    where known.collection = 'sleep' and known.is_scored and not known.is_nap
),

of_several as (
    select
        known.*,
        field.*
    from day_records as known
    cross join lateral (
        values
        ('naps', 1, 1),
        (
            'nap_hours',
            case
                when known.is_scored
                    then raw.number(known.score #> '{stage_summary,total_light_sleep_time_milli}')
                    + raw.number(known.score #> '{stage_summary,total_slow_wave_sleep_time_milli}')
                    + raw.number(known.score #> '{stage_summary,total_rem_sleep_time_milli}')
            end,
            3600000
        )
    ) as field (metric, amount, divisor)
    where known.is_nap
    union all
    select
        known.*,
        field.*
    from day_records as known
    cross join lateral (
        values
        ('workouts', 1, 1)
    ) as field (metric, amount, divisor)
    where known.collection = 'workout'
    union all
    select
        known.*,
        field.*
    from day_records as known
    cross join lateral (
        values
        ('workout_minutes', extract(epoch from known.ended_at - known.started_at)::double precision, 60),
        ('workout_energy', raw.number(known.score -> 'kilojoule'), 1),
        ('zone_0_minutes', raw.number(known.score #> '{zone_durations,zone_zero_milli}'), 60000),
        ('zone_1_minutes', raw.number(known.score #> '{zone_durations,zone_one_milli}'), 60000),
        ('zone_2_minutes', raw.number(known.score #> '{zone_durations,zone_two_milli}'), 60000),
        ('zone_3_minutes', raw.number(known.score #> '{zone_durations,zone_three_milli}'), 60000),
        ('zone_4_minutes', raw.number(known.score #> '{zone_durations,zone_four_milli}'), 60000),
        ('zone_5_minutes', raw.number(known.score #> '{zone_durations,zone_five_milli}'), 60000)
    ) as field (metric, amount, divisor)
    where known.collection = 'workout' and known.is_scored
),

amounts as (
    select
        athlete_id,
        metric_date,
        metric,
        collection,
        amount,
        divisor,
        is_provisional,
        source_record_id,
        record_id as greatest_record_id,
        amount as least_part
    from of_one
    where amount is not null
    union all
    select
        athlete_id,
        metric_date,
        metric,
        collection,
        sum(amount order by record_id),
        max(divisor),
        bool_or(is_provisional),
        min(source_record_id),
        -- the one that is most to blame should the value be implausible
        (array_agg(record_id order by abs(amount) desc, record_id))[1],
        min(amount)
    from of_several
    where amount is not null
    group by athlete_id, metric_date, metric, collection
)

select
    amounts.athlete_id,
    amounts.metric_date,
    amounts.metric,
    definition.unit,
    amounts.collection,
    'api' as source,
    amounts.amount / amounts.divisor as value,
    amounts.is_provisional,
    amounts.source_record_id,
    amounts.greatest_record_id,
    amounts.amount / amounts.divisor between definition.minimum and definition.maximum
    and (amounts.least_part >= 0 or definition.minimum < 0) as is_plausible
from amounts
inner join analytics.metric_definitions as definition on amounts.metric = definition.metric;

analyze day_values
