-- Which athlete-days stand out, and how often that happens for no reason.

create table analytics.flag_rules (
    rule text primary key,
    description text not null,
    agreeing_signals integer not null,
    agreeing_z double precision not null,
    lasting_z double precision not null,
    false_alarm_rate double precision not null,
    false_alarm_rate_correlated double precision not null
);
insert into analytics.flag_rules (
    rule, description, agreeing_signals, agreeing_z, lasting_z, false_alarm_rate, false_alarm_rate_correlated
)
values (
    'default',
    'Two of HRV low, resting heart rate high, sleep short and respiratory rate high agree beyond 1.5 SD, '
    || 'or one of them lies beyond 2 SD two days running.',
    2, 1.5, 2, 0.034, 0.065
);
comment on table analytics.flag_rules is 'One row per rule of analytics.flags.';
comment on column analytics.flag_rules.rule is 'Name of the rule.';
comment on column analytics.flag_rules.description is 'The rule in words.';
comment on column analytics.flag_rules.agreeing_signals is 'How many signals must agree on one day.';
comment on column analytics.flag_rules.agreeing_z is 'Beyond how many SD each of them must lie.';
comment on column analytics.flag_rules.lasting_z is 'Beyond how many SD a single one must lie, this day and the day before.';
comment on column analytics.flag_rules.false_alarm_rate is 'Part of the athlete-days flagged although nothing changed, with signals and days independent of each other; see docs/reference/trends.md.';
comment on column analytics.flag_rules.false_alarm_rate_correlated is 'The same where signals and neighbouring days each correlate by 0.3.';

create view analytics.flags as
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
    left join analytics.trends as yesterday
        on today.integration = yesterday.integration
        and today.athlete_id = yesterday.athlete_id
        and yesterday.metric_date = today.metric_date - 1
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
comment on view analytics.flags is 'One row per integration, athlete and date that stands out by the default rule of analytics.flag_rules.';
comment on column analytics.flags.integration is 'Name of the integration.';
comment on column analytics.flags.athlete_id is 'user_id of WHOOP (int64).';
comment on column analytics.flags.metric_date is 'Local date of the athlete.';
comment on column analytics.flags.signals is 'Signals that lie beyond 1.5 SD: hrv_low, resting_heart_rate_high, sleep_short, respiratory_rate_high.';
comment on column analytics.flags.lasting_signals is 'Those that lie beyond 2 SD on this date and on the one before.';
comment on column analytics.flags.reason is 'The signals in words, with value, what is usual and distance.';
comment on column analytics.flags.hrv_z is 'ln RMSSD of the date against the athlete''s own 28 days (SD).';
comment on column analytics.flags.resting_heart_rate_z is 'Resting heart rate, likewise (SD).';
comment on column analytics.flags.sleep_z is 'Sleep time, likewise (SD).';
comment on column analytics.flags.respiratory_rate_z is 'Respiratory rate, likewise (SD).';
comment on column analytics.flags.signals_known is 'How many of the four signals have a value to judge; with fewer the false-alarm rate is lower.';
comment on column analytics.flags.rule is 'The rule that was applied, see analytics.flag_rules.';
comment on column analytics.flags.false_alarm_rate is 'How often the rule flags an athlete-day although nothing changed.';
comment on column analytics.flags.false_alarm_rate_correlated is 'The same where signals and neighbouring days each correlate by 0.3.';
