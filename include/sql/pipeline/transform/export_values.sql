-- Adds to day_values what exports tell of the affected days and the API does not. A kilocalorie is 4.184 kJ.
-- What WHOOP has since deleted counts no more, though an older export has it. Parameters: integration.
insert into day_values (
    athlete_id, metric_date, metric, unit, collection, source, value, is_provisional, source_record_id,
    greatest_record_id, is_plausible
)
with imported as materialized (
    select athlete.athlete_id
    from (select distinct athlete_id from affected_days) as athlete
    where exists (
        select
        from raw.records
        where integration = %(integration)s
        and athlete_id = athlete.athlete_id
        and collection in ('export_cycle', 'export_workout')
        and superseded_at is null
        offset 0
    )
),

days as materialized (
    select
        affected_days.athlete_id,
        affected_days.metric_date
    from affected_days
    inner join imported on affected_days.athlete_id = imported.athlete_id
),

cycles as materialized (
    select
        days.athlete_id,
        days.metric_date,
        known.record_id,
        known.ended_at is null as is_provisional,
        known.cells,
        row_number() over (
            partition by days.athlete_id, days.metric_date
            order by known.started_at desc, known.record_id desc
        ) = 1 as is_winner
    from days
    cross join lateral (
        select
            record_id,
            started_at,
            ended_at,
            payload -> 'row' as cells
        from raw.records as exported
        where integration = %(integration)s
        and athlete_id = days.athlete_id
        and collection = 'export_cycle'
        and started_at >= days.metric_date::timestamp at time zone 'utc' - interval '4 days'
        and started_at < days.metric_date::timestamp at time zone 'utc' + interval '3 days'
        and raw.export_cycle_date(payload -> 'row') = days.metric_date
        and superseded_at is null
        and deleted_at is null
        and not exists (
            select
            from raw.records as deleted
            where deleted.integration = %(integration)s
            and deleted.athlete_id = days.athlete_id
            and deleted.collection = 'cycle'
            and deleted.started_at >= date_trunc('minute', exported.started_at)
            and deleted.started_at < date_trunc('minute', exported.started_at) + interval '1 minute'
            and deleted.superseded_at is null
            and deleted.deleted_at is not null
            offset 0
        )
        offset 0
    ) as known
),

naps as materialized (
    select
        cycles.athlete_id,
        cycles.metric_date,
        nap.record_id,
        nap.cells
    from cycles
    cross join lateral (
        select
            record_id,
            payload -> 'row' as cells
        from raw.records as exported
        where integration = %(integration)s
        and athlete_id = cycles.athlete_id
        and collection = 'export_sleep'
        and payload ->> 'cycle' = cycles.record_id
        and started_at >= cycles.metric_date::timestamp at time zone 'utc' - interval '5 days'
        and started_at < cycles.metric_date::timestamp at time zone 'utc' + interval '6 days'
        and payload #> '{row,nap}' = 'true'
        and superseded_at is null
        and deleted_at is null
        and not exists (
            select
            from raw.records as deleted
            where deleted.integration = %(integration)s
            and deleted.athlete_id = cycles.athlete_id
            and deleted.collection = 'sleep'
            and deleted.started_at >= date_trunc('minute', exported.started_at)
            and deleted.started_at < date_trunc('minute', exported.started_at) + interval '1 minute'
            and deleted.superseded_at is null
            and deleted.deleted_at is not null
            offset 0
        )
        offset 0
    ) as nap
),

workouts as materialized (
    select
        days.athlete_id,
        days.metric_date,
        workout.record_id,
        workout.cells,
        workout.minutes
    from days
    cross join lateral (
        select
            record_id,
            payload -> 'row' as cells,
            extract(epoch from ended_at - started_at)::double precision / 60 as minutes
        from raw.records as exported
        where integration = %(integration)s
        and athlete_id = days.athlete_id
        and collection = 'export_workout'
        and started_at >= days.metric_date::timestamp at time zone 'utc' - interval '1 day'
        and started_at < days.metric_date::timestamp at time zone 'utc' + interval '2 days'
        and raw.local_time(started_at, payload ->> 'timezone_offset')::date = days.metric_date
        and superseded_at is null
        and deleted_at is null
        and not exists (
            select
            from raw.records as deleted
            where deleted.integration = %(integration)s
            and deleted.athlete_id = days.athlete_id
            and deleted.collection = 'workout'
            and deleted.started_at >= date_trunc('minute', exported.started_at)
            and deleted.started_at < date_trunc('minute', exported.started_at) + interval '1 minute'
            and deleted.superseded_at is null
            and deleted.deleted_at is not null
            offset 0
        )
        offset 0
    ) as workout
),

amounts as (
    select
        cycles.athlete_id,
        cycles.metric_date,
        'export_cycle' as collection,
        cycles.record_id,
        cycles.record_id as source_record_id,
        cycles.is_provisional and field.grows as is_provisional,
        field.metric,
        field.amount
    from cycles
    cross join lateral (
        values
        ('day_strain', true, raw.number(cycles.cells -> 'day_strain')),
        ('energy', true, raw.number(cycles.cells -> 'energy_burned') * 4.184),
        ('average_heart_rate', true, raw.number(cycles.cells -> 'average_heart_rate')),
        ('max_heart_rate', true, raw.number(cycles.cells -> 'max_heart_rate')),
        ('recovery', false, raw.number(cycles.cells -> 'recovery_score')),
        ('resting_heart_rate', false, raw.number(cycles.cells -> 'resting_heart_rate')),
        ('heart_rate_variability', false, raw.number(cycles.cells -> 'heart_rate_variability')),
        ('skin_temperature', false, raw.number(cycles.cells -> 'skin_temperature')),
        ('blood_oxygen', false, raw.number(cycles.cells -> 'blood_oxygen')),
        ('sleep_performance', false, raw.number(cycles.cells -> 'sleep_performance')),
        ('sleep_efficiency', false, raw.number(cycles.cells -> 'sleep_efficiency')),
        ('sleep_consistency', false, raw.number(cycles.cells -> 'sleep_consistency')),
        ('respiratory_rate', false, raw.number(cycles.cells -> 'respiratory_rate')),
        (
            'hours_of_sleep',
            false,
            (
                raw.number(cycles.cells -> 'light_sleep')
                + raw.number(cycles.cells -> 'deep_sleep')
                + raw.number(cycles.cells -> 'rem_sleep')
            ) / 60
        ),
        ('light_sleep', false, raw.number(cycles.cells -> 'light_sleep') / 60),
        ('slow_wave_sleep', false, raw.number(cycles.cells -> 'deep_sleep') / 60),
        ('rem_sleep', false, raw.number(cycles.cells -> 'rem_sleep') / 60),
        ('awake_time', false, raw.number(cycles.cells -> 'awake') / 60),
        ('time_in_bed', false, raw.number(cycles.cells -> 'in_bed') / 60),
        ('sleep_need', false, raw.number(cycles.cells -> 'sleep_need') / 60)
    ) as field (metric, grows, amount)
    where cycles.is_winner
    union all
    select
        naps.athlete_id,
        naps.metric_date,
        'export_sleep',
        naps.record_id,
        null,
        false,
        field.metric,
        field.amount
    from naps
    cross join lateral (
        values
        ('naps', 1),
        (
            'nap_hours',
            (
                raw.number(naps.cells -> 'light_sleep')
                + raw.number(naps.cells -> 'deep_sleep')
                + raw.number(naps.cells -> 'rem_sleep')
            ) / 60
        )
    ) as field (metric, amount)
    union all
    select
        workouts.athlete_id,
        workouts.metric_date,
        'export_workout',
        workouts.record_id,
        null,
        false,
        field.metric,
        field.amount
    from workouts
    cross join lateral (
        -- zone 0 is not in an export; a workout without strain is not scored
        values
        ('workouts', 1, true),
        ('workout_minutes', workouts.minutes, false),
        ('workout_energy', raw.number(workouts.cells -> 'energy_burned') * 4.184, false),
        ('zone_1_minutes', raw.number(workouts.cells -> 'zone_1') / 100 * workouts.minutes, false),
        ('zone_2_minutes', raw.number(workouts.cells -> 'zone_2') / 100 * workouts.minutes, false),
        ('zone_3_minutes', raw.number(workouts.cells -> 'zone_3') / 100 * workouts.minutes, false),
        ('zone_4_minutes', raw.number(workouts.cells -> 'zone_4') / 100 * workouts.minutes, false),
        ('zone_5_minutes', raw.number(workouts.cells -> 'zone_5') / 100 * workouts.minutes, false)
    ) as field (metric, amount, is_unscored)
    where field.is_unscored or raw.number(workouts.cells -> 'activity_strain') is not null
)

select
    amounts.athlete_id,
    amounts.metric_date,
    amounts.metric,
    definition.unit,
    amounts.collection,
    'export',
    sum(amounts.amount order by amounts.record_id),
    bool_or(amounts.is_provisional),
    min(amounts.source_record_id),
    (array_agg(amounts.record_id order by abs(amounts.amount) desc, amounts.record_id))[1],
    sum(amounts.amount) between definition.minimum and definition.maximum
    and bool_and(amounts.amount >= 0 or definition.minimum < 0)
from amounts
inner join analytics.metric_definitions as definition on amounts.metric = definition.metric
where amounts.amount is not null
and not exists (
    select
    from day_values as api
    where api.athlete_id = amounts.athlete_id
    and api.metric_date = amounts.metric_date
    and api.metric = amounts.metric
    and api.is_plausible
)
group by amounts.athlete_id, amounts.metric_date, amounts.metric, amounts.collection, definition.metric
