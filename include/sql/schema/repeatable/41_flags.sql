-- analytics.flags: athlete-days that stand out. Grain: one row per integration, athlete and flagged date.
-- Inputs: analytics.trends, analytics.flag_rules.

create view analytics.flags as
with compared as (
    select
        today.integration,
        today.athlete_id,
        today.metric_date,
        signal.*,
        rule.*
    from analytics.trends as today
    inner join analytics.flag_rules as rule on rule.rule = 'default'
    -- The calendar day before. The previous row may be from an earlier day.
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
        limit 1  -- Makes PostgreSQL look up the key instead of reading all days.
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

classified as (
    select
        *,
        coalesce(direction * z > agreeing_z, false) as is_beyond,
        coalesce(direction * z > lasting_z and direction * z_before > lasting_z, false) as is_lasting
    from compared
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
from classified
group by
    integration, athlete_id, metric_date, rule, agreeing_signals, false_alarm_rate, false_alarm_rate_correlated
having count(*) filter (where is_beyond) >= agreeing_signals or bool_or(is_lasting);
comment on view analytics.flags is 'One row per integration, athlete and date that stands out by the default rule of analytics.flag_rules.';
comment on column analytics.flags.integration is 'Name of the integration.';
comment on column analytics.flags.athlete_id is 'WHOOP user ID of the athlete.';
comment on column analytics.flags.metric_date is 'Date in the athlete''s local time.';
comment on column analytics.flags.signals is 'Signals beyond 1.5 SD: hrv_low, resting_heart_rate_high, sleep_short, respiratory_rate_high.';
comment on column analytics.flags.lasting_signals is 'Signals beyond 2 SD on this date and on the day before.';
comment on column analytics.flags.reason is 'The signals in words, each with its value, usual value and deviation.';
comment on column analytics.flags.hrv_z is 'ln RMSSD of the date compared with the athlete''s own 28 days (SD).';
comment on column analytics.flags.resting_heart_rate_z is 'Resting heart rate of the date compared with the athlete''s own 28 days (SD).';
comment on column analytics.flags.sleep_z is 'Sleep time of the date compared with the athlete''s own 28 days (SD).';
comment on column analytics.flags.respiratory_rate_z is 'Respiratory rate of the date compared with the athlete''s own 28 days (SD).';
comment on column analytics.flags.signals_known is 'Number of the four signals that have a z-score; with fewer signals the false alarm rate is lower.';
comment on column analytics.flags.rule is 'The rule that was applied, see analytics.flag_rules.';
comment on column analytics.flags.false_alarm_rate is 'How often the rule flags an athlete-day although nothing changed.';
comment on column analytics.flags.false_alarm_rate_correlated is 'The same rate if signals and neighbouring days each correlate by 0.3.';
