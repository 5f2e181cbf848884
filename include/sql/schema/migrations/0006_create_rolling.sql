-- analytics.rolling: statistics over the days before each date, from which analytics.trends is computed. The transform
-- maintains it (include/sql/pipeline/transform/rolling.sql.j2).
-- A statistic's name is the metric, the statistic and its span in days: ln_rmssd_mean28.

create table analytics.rolling (
    integration text not null,
    athlete_id bigint not null,
    metric_date date not null,
    ln_rmssd double precision,
    ln_rmssd_n7 integer not null,
    ln_rmssd_mean7 double precision,
    ln_rmssd_sd7 double precision,
    rmssd_mean7 double precision,
    rmssd_sd7 double precision,
    ln_rmssd_n28 integer not null,
    ln_rmssd_mean28 double precision,
    ln_rmssd_sd28 double precision,
    ln_rmssd_median28 double precision,
    ln_rmssd_mad28 double precision,
    ln_rmssd_n60 integer not null,
    ln_rmssd_mean60 double precision,
    ln_rmssd_sd60 double precision,
    resting_heart_rate double precision,
    resting_heart_rate_n7 integer not null,
    resting_heart_rate_mean7 double precision,
    resting_heart_rate_n28 integer not null,
    resting_heart_rate_mean28 double precision,
    resting_heart_rate_sd28 double precision,
    resting_heart_rate_median28 double precision,
    resting_heart_rate_mad28 double precision,
    hours_of_sleep double precision,
    hours_of_sleep_n7 integer not null,
    hours_of_sleep_mean7 double precision,
    hours_of_sleep_n28 integer not null,
    hours_of_sleep_mean28 double precision,
    hours_of_sleep_sd28 double precision,
    hours_of_sleep_median28 double precision,
    hours_of_sleep_mad28 double precision,
    respiratory_rate double precision,
    respiratory_rate_n28 integer not null,
    respiratory_rate_mean28 double precision,
    respiratory_rate_sd28 double precision,
    skin_temperature double precision,
    skin_temperature_n28 integer not null,
    skin_temperature_median28 double precision,
    total_sleep double precision,
    shortfall_n14 integer not null,
    shortfall14 double precision,
    balance14 double precision,
    midpoint double precision,
    midpoint_n7 integer not null,
    midpoint_cosine7 double precision,
    midpoint_sine7 double precision,
    offset_range7 double precision,
    recovery_n7 integer not null,
    history_days integer not null,
    energy double precision,
    energy_n7 integer not null,
    energy_mean7 double precision,
    energy_n_week_before integer not null,
    energy_mean_week_before double precision,
    energy_n21 integer not null,
    energy_mean21 double precision,
    energy_n84 integer not null,
    energy_ewma7 double precision,
    energy_ewma28 double precision,
    zone_load double precision,
    zone_load_n7 integer not null,
    zone_load_mean7 double precision,
    zone_load_sd7 double precision,
    zone_load_n_week_before integer not null,
    zone_load_mean_week_before double precision,
    zone_load_n21 integer not null,
    zone_load_mean21 double precision,
    zone_load_n84 integer not null,
    zone_load_ewma7 double precision,
    zone_load_ewma28 double precision,
    primary key (integration, athlete_id, metric_date)
);
create index rolling_date on analytics.rolling (integration, metric_date);
comment on table analytics.rolling is 'One row per integration, athlete and date, from the first to the last date with data: statistics over the days up to the date.';
comment on column analytics.rolling.integration is 'Name of the integration.';
comment on column analytics.rolling.athlete_id is 'WHOOP user ID of the athlete.';
comment on column analytics.rolling.metric_date is 'Date in the athlete''s local time.';
comment on column analytics.rolling.ln_rmssd is 'Natural logarithm of the RMSSD of the date, if valid: scored and not calibrating (ln ms).';
comment on column analytics.rolling.rmssd_mean7 is 'Mean RMSSD of the valid days among the 7 that end on the date (ms).';
comment on column analytics.rolling.rmssd_sd7 is 'Sample standard deviation of the RMSSD of the same days (ms).';
comment on column analytics.rolling.resting_heart_rate is 'Resting heart rate of the date, if valid (bpm).';
comment on column analytics.rolling.hours_of_sleep is 'Hours of the main sleep of the date, if valid (h).';
comment on column analytics.rolling.respiratory_rate is 'Respiratory rate of the date, if valid (breaths/min).';
comment on column analytics.rolling.skin_temperature is 'Skin temperature of the date, if valid (celsius).';
comment on column analytics.rolling.total_sleep is 'Main sleep and naps of the date (h).';
comment on column analytics.rolling.shortfall_n14 is 'Number of valid days among the 14 that end on the date.';
comment on column analytics.rolling.shortfall14 is 'Sleep shortfall against the baseline need, added up over the valid days among the 14 that end on the date (h).';
comment on column analytics.rolling.balance14 is 'Sleep minus the baseline need, added up over the valid days among the 14 that end on the date (h).';
comment on column analytics.rolling.midpoint is 'Midpoint of the main sleep in the athlete''s local time (h).';
comment on column analytics.rolling.midpoint_cosine7 is 'Mean cosine of the midpoints of the 7 days that end on the date; 24 hours are a full turn.';
comment on column analytics.rolling.midpoint_sine7 is 'Mean sine of the same midpoints.';
comment on column analytics.rolling.offset_range7 is 'Largest minus smallest UTC offset of the 7 days that end on the date (h).';
comment on column analytics.rolling.recovery_n7 is 'Number of days with a scored recovery, including calibrating ones, among the 7 that end on the date.';
comment on column analytics.rolling.history_days is 'Number of days from the first day with data to the date, inclusive; at most 84.';
comment on column analytics.rolling.energy is 'Energy of the date, once its cycle is closed (kJ).';
comment on column analytics.rolling.zone_load is 'Zone load of the date, once its cycle is closed (zone minutes).';

-- The comments of the remaining columns follow from the suffix of their name.
do $$
declare
    statistic record;
begin
    for statistic in
        select
            columns.attname as name,
            forms.meaning
        from pg_catalog.pg_attribute as columns
        inner join (
            values
            ('_n7$', 'Number of valid days among the 7 that end on the date.'),
            ('_mean7$', 'Mean of the valid days among the 7 that end on the date.'),
            ('_sd7$', 'Sample standard deviation of the valid days among the 7 that end on the date.'),
            ('_n_week_before$', 'Number of valid days among the 7 before the last 7.'),
            ('_mean_week_before$', 'Mean of the valid days among the 7 before the last 7.'),
            ('_n21$', 'Number of valid days among the 21 before the last 7.'),
            ('_mean21$', 'Mean of the valid days among the 21 before the last 7.'),
            ('_n28$', 'Number of valid days among the 28 before the date.'),
            ('_mean28$', 'Mean of the valid days among the 28 before the date.'),
            ('_sd28$', 'Sample standard deviation of the valid days among the 28 before the date.'),
            ('_median28$', 'Median of the valid days among the 28 before the date.'),
            ('_mad28$', 'Median absolute deviation of the valid days among the 28 before the date.'),
            ('_n60$', 'Number of valid days among the 60 before the date.'),
            ('_mean60$', 'Mean of the valid days among the 60 before the date.'),
            ('_sd60$', 'Sample standard deviation of the valid days among the 60 before the date.'),
            ('_n84$', 'Number of valid days among the 84 that end on the date.'),
            ('_ewma7$', 'Mean of the valid days among the 84 that end on the date, weighted by 0.75 to the power of their age in days.'),
            ('_ewma28$', 'Mean of the valid days among the 84 that end on the date, weighted by 27/29 to the power of their age in days.')
        ) as forms (pattern, meaning) on columns.attname ~ forms.pattern
        where columns.attrelid = 'analytics.rolling'::regclass
        and col_description(columns.attrelid, columns.attnum) is null
    loop
        execute format('comment on column analytics.rolling.%I is %L', statistic.name, statistic.meaning);
    end loop;
end
$$;
