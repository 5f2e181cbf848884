-- Table analytics.days, which the transform keeps, and what reads it: calendar, athlete_days, athletes.

create table analytics.calendar (
    calendar_date date primary key,
    iso_weekday integer not null,
    iso_week integer not null,
    week_start date not null,
    month_start date not null
);
insert into analytics.calendar (calendar_date, iso_weekday, iso_week, week_start, month_start)
select
    instant::date,
    extract(isodow from instant),
    extract(week from instant),
    date_trunc('week', instant)::date,
    date_trunc('month', instant)::date
from generate_series(timestamp '2012-01-01', timestamp '2099-12-31', interval '1 day') as instant;
comment on table analytics.calendar is 'One row per date from 2012 to 2099.';
comment on column analytics.calendar.calendar_date is 'The date.';
comment on column analytics.calendar.iso_weekday is 'Day of the week: 1 is Monday, 7 is Sunday.';
comment on column analytics.calendar.iso_week is 'Week of the year by ISO 8601.';
comment on column analytics.calendar.week_start is 'Monday of its week.';
comment on column analytics.calendar.month_start is 'First of its month.';

create table analytics.days (
    integration text not null,
    athlete_id bigint not null,
    metric_date date not null,
    is_provisional boolean,
    day_strain double precision,
    energy double precision,
    average_heart_rate double precision,
    max_heart_rate double precision,
    steps double precision,
    recovery double precision,
    resting_heart_rate double precision,
    heart_rate_variability double precision,
    blood_oxygen double precision,
    skin_temperature double precision,
    sleep_performance double precision,
    hours_of_sleep double precision,
    sleep_efficiency double precision,
    sleep_consistency double precision,
    respiratory_rate double precision,
    light_sleep double precision,
    slow_wave_sleep double precision,
    rem_sleep double precision,
    awake_time double precision,
    time_in_bed double precision,
    sleep_cycles double precision,
    disturbances double precision,
    sleep_need double precision,
    naps double precision,
    nap_hours double precision,
    workouts double precision,
    workout_minutes double precision,
    workout_energy double precision,
    zone_0_minutes double precision,
    zone_1_minutes double precision,
    zone_2_minutes double precision,
    zone_3_minutes double precision,
    zone_4_minutes double precision,
    zone_5_minutes double precision,
    cycle_id text,
    cycle_state text,
    recovery_state text,
    main_sleep_id text,
    sleep_state text,
    workout_state text,
    timezone_offset text,
    sleep_started_at_local timestamp,
    sleep_ended_at_local timestamp,
    sleep_need_baseline double precision,
    sleep_debt_vendor double precision,
    zone_load double precision,
    primary key (integration, athlete_id, metric_date)
);
create index days_date on analytics.days (integration, metric_date);
comment on table analytics.days is 'One row per integration, athlete and date with a record: its daily metrics, and the state of its records.';
comment on column analytics.days.integration is 'Name of the integration.';
comment on column analytics.days.athlete_id is 'user_id of WHOOP (int64).';
comment on column analytics.days.metric_date is 'Local date of the athlete.';
comment on column analytics.days.is_provisional is 'True while a value of the day may still grow; null on a day without any value.';
comment on column analytics.days.cycle_id is 'Id at WHOOP of the cycle that gives the values; null on a day of workouts only.';
comment on column analytics.days.cycle_state is 'complete, pending_score or unscorable; null without a cycle.';
comment on column analytics.days.recovery_state is 'complete, calibrating, pending_score or unscorable; null without a recovery.';
comment on column analytics.days.main_sleep_id is 'Id at WHOOP of the main sleep, if there is one.';
comment on column analytics.days.sleep_state is 'complete, pending_score or unscorable, of the main sleep; null without one.';
comment on column analytics.days.workout_state is 'complete, or the state of the workout that is not; null without a workout.';
comment on column analytics.days.timezone_offset is 'Offset from UTC of the main sleep, else of the cycle, else of the first workout.';
comment on column analytics.days.sleep_started_at_local is 'Start of the main sleep by the clock of the athlete.';
comment on column analytics.days.sleep_ended_at_local is 'End of the main sleep by the same clock.';
comment on column analytics.days.sleep_need_baseline is 'Sleep need at rest, by WHOOP (h).';
comment on column analytics.days.sleep_debt_vendor is 'Sleep need from too little sleep before, by WHOOP (h).';
comment on column analytics.days.zone_load is 'Minutes in heart rate zones 1 to 5 times 1 to 5, added up; 0 on a closed day on which WHOOP was asked for workouts and had none.';
do $$
declare
    definition record;
begin
    for definition in select metric, description, unit from analytics.metric_definitions loop
        execute format(
            'comment on column analytics.days.%I is %L',
            definition.metric,
            definition.description || coalesce(' (' || nullif(definition.unit, '') || ').', '.')
        );
    end loop;
end
$$;

create or replace view analytics.athlete_days as
select
    integration,
    athlete_id,
    metric_date,
    is_provisional,
    day_strain,
    energy,
    average_heart_rate,
    max_heart_rate,
    steps,
    recovery,
    resting_heart_rate,
    heart_rate_variability,
    blood_oxygen,
    skin_temperature,
    sleep_performance,
    hours_of_sleep,
    sleep_efficiency,
    sleep_consistency,
    respiratory_rate,
    light_sleep,
    slow_wave_sleep,
    rem_sleep,
    awake_time,
    time_in_bed,
    sleep_cycles,
    disturbances,
    sleep_need,
    naps,
    nap_hours,
    workouts,
    workout_minutes,
    workout_energy,
    zone_0_minutes,
    zone_1_minutes,
    zone_2_minutes,
    zone_3_minutes,
    zone_4_minutes,
    zone_5_minutes,
    recovery_state = 'calibrating' as is_calibrating,
    timezone_offset,
    sleep_started_at_local,
    sleep_ended_at_local,
    sleep_need_baseline,
    sleep_debt_vendor
from analytics.days
where is_provisional is not null;
comment on column analytics.athlete_days.is_calibrating is 'True while WHOOP is still learning the athlete: the day is left out of baselines; null without a recovery.';
comment on column analytics.athlete_days.timezone_offset is 'Offset from UTC of the main sleep, else of the cycle, else of the first workout.';
comment on column analytics.athlete_days.sleep_started_at_local is 'Start of the main sleep by the clock of the athlete.';
comment on column analytics.athlete_days.sleep_ended_at_local is 'End of the main sleep by the same clock.';
comment on column analytics.athlete_days.sleep_need_baseline is 'Sleep need at rest, by WHOOP (h).';
comment on column analytics.athlete_days.sleep_debt_vendor is 'Sleep need from too little sleep before, by WHOOP (h).';

-- The ledger by athlete: for what was asked about a date.
create index pulls_athlete on ops.slices (integration, athlete_id, collection, chunk_start);

-- Everything once more: the next transform fills analytics.days and what follows from it.
insert into ops.transform_queue (integration, athlete_id, collection, record_ids)
select
    integration,
    athlete_id,
    collection,
    array_agg(record_id)
from raw.records
where superseded_at is null
group by integration, athlete_id, collection;

drop view analytics.athletes;
create view analytics.athletes as
select
    athletes.integration,
    athletes.athlete_id,
    concat_ws(' ', athletes.first_name, athletes.last_name) as name,
    athletes.external_id,
    athletes.squad,
    athletes.position,
    case when athletes.offboarded_at is null then coalesce(grants.state, 'none') else 'offboarded' end as grant_state,
    period.first_date,
    period.last_date
from ops.athletes as athletes
left join vault.grants as grants
    on athletes.integration = grants.integration
    and athletes.athlete_id = grants.athlete_id
cross join lateral (
    select
        min(days.metric_date) as first_date,
        max(days.metric_date) as last_date
    from analytics.athlete_days as days
    where days.integration = athletes.integration
    and days.athlete_id = athletes.athlete_id
) as period;
comment on view analytics.athletes is 'One row per integration and athlete who ever consented.';
comment on column analytics.athletes.integration is 'Name of the integration.';
comment on column analytics.athletes.athlete_id is 'user_id of WHOOP (int64).';
comment on column analytics.athletes.name is 'First and last name.';
comment on column analytics.athletes.external_id is 'Id of the athlete in the systems of the team, from the roster.';
comment on column analytics.athletes.squad is 'Squad, from the roster.';
comment on column analytics.athletes.position is 'Position, from the roster.';
comment on column analytics.athletes.grant_state is 'active, reconnect (must consent again), inactive (membership), offboarded or none.';
comment on column analytics.athletes.first_date is 'First date with a metric.';
comment on column analytics.athletes.last_date is 'Last date with a metric.';
