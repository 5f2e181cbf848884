-- analytics.flags as before; one squad's morning no longer reads every day of every athlete: 150 ms become 3 ms.

create or replace view analytics.flags as
with judged as (
    select
        today.integration,
        today.athlete_id,
        today.metric_date,
        signal.*,
        rule.*
    from analytics.trends as today
    inner join analytics.flag_rules as rule on rule.rule = 'default'
    -- the day before, and not the row before
    left join lateral (
        select
            ln_rmssd_z,
            resting_heart_rate_z,
            hours_of_sleep_z,
            respiratory_rate_z
        from analytics.trends as former
        where today.integration = former.integration
        and today.athlete_id = former.athlete_id
        and former.metric_date = today.metric_date - 1
        limit 1  -- looked up by key, never by reading all days
    ) as yesterday on true
    cross join lateral (
        values
        (
            1, 'hrv_low', 'HRV', exp(today.ln_rmssd), exp(today.ln_rmssd_baseline), 'ms',
            today.ln_rmssd_z, -1, yesterday.ln_rmssd_z
        ),
        (
            2, 'resting_heart_rate_high', 'resting heart rate', today.resting_heart_rate,
            today.resting_heart_rate_baseline, 'bpm', today.resting_heart_rate_z, 1, yesterday.resting_heart_rate_z
        ),
        (
            3, 'sleep_short', 'sleep', today.hours_of_sleep, today.hours_of_sleep_baseline, 'h',
            today.hours_of_sleep_z, -1, yesterday.hours_of_sleep_z
        ),
        (
            4, 'respiratory_rate_high', 'respiratory rate', today.respiratory_rate,
            today.respiratory_rate - today.respiratory_rate_deviation, 'breaths/min',
            today.respiratory_rate_z, 1, yesterday.respiratory_rate_z
        )
    ) as signal (place, name, title, value, usual, unit, z, direction, z_before)
),

weighed as (
    select
        *,
        coalesce(direction * z > agreeing_z, false) as is_beyond,
        coalesce(direction * z > lasting_z and direction * z_before > lasting_z, false) as is_lasting
    from judged
)

select
    integration,
    athlete_id,
    metric_date,
    array_agg(name order by place) filter (where is_beyond) as signals,
    coalesce(array_agg(name order by place) filter (where is_lasting), '{}') as lasting_signals,
    string_agg(
        format(
            '%s %s %s (usually %s, %s SD%s)',
            title,
            round(value::numeric, 1),
            unit,
            round(usual::numeric, 1),
            to_char(z, 'FMSG90.0'),
            case when is_lasting then ', second day' else '' end
        ),
        '; ' order by place
    ) filter (where is_beyond) as reason,
    max(z) filter (where name = 'hrv_low') as hrv_z,
    max(z) filter (where name = 'resting_heart_rate_high') as resting_heart_rate_z,
    max(z) filter (where name = 'sleep_short') as sleep_z,
    max(z) filter (where name = 'respiratory_rate_high') as respiratory_rate_z,
    (count(z))::integer as signals_known,
    rule,
    false_alarm_rate,
    false_alarm_rate_correlated
from weighed
group by
    integration, athlete_id, metric_date, rule, agreeing_signals, false_alarm_rate, false_alarm_rate_correlated
having count(*) filter (where is_beyond) >= agreeing_signals or bool_or(is_lasting);
