-- Schemas analytics and analytics_pseudonymous, and the tables whose columns do not depend on the metric catalogue. The
-- views are repeatable files.

create schema if not exists analytics;
comment on schema analytics is 'For analysts: daily metrics, trends and flags, and the sleeps and workouts behind them.';

create schema if not exists analytics_pseudonymous;
comment on schema analytics_pseudonymous is 'The views of analytics with pseudonyms instead of names, WHOOP IDs and team IDs. Someone who knows dates or values from elsewhere may still identify a person.';

create table analytics.metric_definitions (
    metric text primary key,
    kind text not null default 'metric' check (kind in ('metric', 'trend')),
    title text not null,
    unit text not null,
    description text not null,
    source text not null,
    minimum double precision,
    maximum double precision,
    formula text not null,
    minimum_data text not null,
    status text not null check (status in ('accepted', 'contested', 'house')),
    citation text not null
);
comment on table analytics.metric_definitions is 'One row per metric of analytics.metrics and per trend of analytics.trends.';
comment on column analytics.metric_definitions.metric is 'Name of the metric, or of the column that holds the trend.';
comment on column analytics.metric_definitions.kind is 'metric (rows of analytics.metrics) or trend (a column of analytics.trends).';
comment on column analytics.metric_definitions.title is 'Display name.';
comment on column analytics.metric_definitions.unit is 'Unit of the value; empty if it has none.';
comment on column analytics.metric_definitions.description is 'What the value means.';
comment on column analytics.metric_definitions.source is 'WHOOP field that the metric is read from; for a trend, the metrics it is computed from.';
comment on column analytics.metric_definitions.minimum is 'Lowest plausible value. A lower one goes to ops.quarantine.';
comment on column analytics.metric_definitions.maximum is 'Highest plausible value. A higher one goes to ops.quarantine.';
comment on column analytics.metric_definitions.formula is 'How the value is computed. t is the date; t-6 ... t is a range of dates.';
comment on column analytics.metric_definitions.minimum_data is 'Minimum data that the value requires; with less, there is no value.';
comment on column analytics.metric_definitions.status is 'How well established it is: accepted, contested or house (a choice of this project).';
comment on column analytics.metric_definitions.citation is 'Source of the formula or of the status.';

create table analytics.metric_versions (
    integration text not null,
    athlete_id bigint not null,
    metric_date date not null,
    metric text not null,
    value double precision not null,
    unit text not null,
    is_provisional boolean not null,
    source_record_id text,
    updated_at timestamptz not null,
    superseded_at timestamptz not null,
    source text not null default 'api' check (source in ('api', 'export')),
    primary key (integration, athlete_id, metric, metric_date, updated_at)
);
comment on table analytics.metric_versions is 'One row per earlier version of a metric value that has been replaced in analytics.metrics or removed from it.';
comment on column analytics.metric_versions.integration is 'Name of the integration.';
comment on column analytics.metric_versions.athlete_id is 'WHOOP user ID of the athlete.';
comment on column analytics.metric_versions.metric_date is 'Date in the athlete''s local time.';
comment on column analytics.metric_versions.metric is 'Name of the metric, see analytics.metric_definitions.';
comment on column analytics.metric_versions.value is 'The former value.';
comment on column analytics.metric_versions.unit is 'Unit of the value.';
comment on column analytics.metric_versions.is_provisional is 'Whether the value could still change.';
comment on column analytics.metric_versions.source_record_id is 'Record that the value came from; null if it was a sum over several.';
comment on column analytics.metric_versions.updated_at is 'When this version entered analytics.metrics.';
comment on column analytics.metric_versions.superseded_at is 'When it was replaced or removed.';
comment on column analytics.metric_versions.source is 'api or export, as in analytics.metrics.';

create table analytics.cycle_days (
    integration text not null,
    athlete_id bigint not null,
    cycle_id text not null,
    metric_date date not null,
    cycle_started_at timestamptz not null,
    main_sleep_id text,
    sleep_ids text [] not null,
    primary key (integration, athlete_id, cycle_id)
);
create index cycle_days_date on analytics.cycle_days (integration, athlete_id, metric_date);
comment on table analytics.cycle_days is 'One row per cycle: the date it belongs to. If two cycles share a date, the one that started later provides the metrics.';
comment on column analytics.cycle_days.integration is 'Name of the integration.';
comment on column analytics.cycle_days.athlete_id is 'WHOOP user ID of the athlete.';
comment on column analytics.cycle_days.cycle_id is 'WHOOP ID of the cycle.';
comment on column analytics.cycle_days.metric_date is 'Local date on which its main sleep ended; docs/reference/metrics.md describes the two exceptions.';
comment on column analytics.cycle_days.cycle_started_at is 'Start of the cycle.';
comment on column analytics.cycle_days.main_sleep_id is 'ID of its main sleep, if it has one.';
comment on column analytics.cycle_days.sleep_ids is 'IDs of all its sleeps, including naps.';

create table analytics.survey_responses (
    integration text not null,
    athlete_id bigint not null,
    response_date date not null,
    question text not null,
    answer text not null,
    metric text not null references analytics.metric_definitions,
    source_record_id text not null,
    updated_at timestamptz not null default now(),
    primary key (integration, athlete_id, response_date, metric)
);
-- Lets the transform check cheaply whether a question still has answers.
create index survey_responses_metric on analytics.survey_responses (metric);
comment on table analytics.survey_responses is 'One row per athlete, date and journal question.';
comment on column analytics.survey_responses.integration is 'Name of the integration.';
comment on column analytics.survey_responses.athlete_id is 'WHOOP user ID of the athlete.';
comment on column analytics.survey_responses.response_date is 'Date of the cycle that the answer belongs to, by the same rule as the metrics.';
comment on column analytics.survey_responses.question is 'Question of the WHOOP journal, as listed in survey_questions of the integration.';
comment on column analytics.survey_responses.answer is 'yes or no.';
comment on column analytics.survey_responses.metric is 'Name of the question in analytics.metrics: "survey." and its slug.';
comment on column analytics.survey_responses.source_record_id is 'Row of the journal that the answer comes from.';
comment on column analytics.survey_responses.updated_at is 'When the answer last changed.';

create table analytics.calendar (
    calendar_date date primary key,
    iso_weekday integer not null,
    iso_week integer not null,
    week_start date not null,
    month_start date not null
);
comment on table analytics.calendar is 'One row per date from 2012 to 2099.';
comment on column analytics.calendar.calendar_date is 'The date.';
comment on column analytics.calendar.iso_weekday is 'Day of the week: 1 is Monday, 7 is Sunday.';
comment on column analytics.calendar.iso_week is 'ISO 8601 week of the year.';
comment on column analytics.calendar.week_start is 'Monday of the week.';
comment on column analytics.calendar.month_start is 'First day of the month.';
insert into analytics.calendar (calendar_date, iso_weekday, iso_week, week_start, month_start)
select
    instant::date,
    extract(isodow from instant),
    extract(week from instant),
    date_trunc('week', instant)::date,
    date_trunc('month', instant)::date
from generate_series(timestamp '2012-01-01', timestamp '2099-12-31', interval '1 day') as instant;

create table analytics.flag_rules (
    rule text primary key,
    description text not null,
    agreeing_signals integer not null,
    agreeing_z double precision not null,
    lasting_z double precision not null,
    false_alarm_rate double precision not null,
    false_alarm_rate_correlated double precision not null
);
comment on table analytics.flag_rules is 'One row per rule of analytics.flags.';
comment on column analytics.flag_rules.rule is 'Name of the rule.';
comment on column analytics.flag_rules.description is 'The rule in one sentence.';
comment on column analytics.flag_rules.agreeing_signals is 'How many signals must exceed agreeing_z on one day.';
comment on column analytics.flag_rules.agreeing_z is 'Threshold for each of those signals (SD).';
comment on column analytics.flag_rules.lasting_z is 'Threshold that a single signal must exceed on the date and the day before (SD).';
comment on column analytics.flag_rules.false_alarm_rate is 'Share of athlete-days flagged although nothing changed, if signals and days are independent; see docs/reference/trends.md.';
comment on column analytics.flag_rules.false_alarm_rate_correlated is 'The same rate if signals and neighbouring days each correlate by 0.3.';
insert into analytics.flag_rules (
    rule, description, agreeing_signals, agreeing_z, lasting_z, false_alarm_rate, false_alarm_rate_correlated
)
values (
    'default',
    'At least two of HRV low, resting heart rate high, sleep short and respiratory rate high exceed 1.5 SD, '
    || 'or one of them exceeds 2 SD on two consecutive days.',
    2, 1.5, 2, 0.034, 0.065
);
