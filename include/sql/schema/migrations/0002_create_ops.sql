-- Schema ops: athletes, runs, the pull log, and state that tasks share.

create schema if not exists ops;
comment on schema ops is 'Operations: athletes, runs, the pull log, request budgets and quarantined records.';

create table ops.migrations (
    name text primary key,
    sha256 text not null,
    applied_at timestamptz not null default now()
);
comment on table ops.migrations is 'One row per schema file that has been applied to this warehouse.';
comment on column ops.migrations.name is 'File name without its extension.';
comment on column ops.migrations.sha256 is 'SHA-256 of the file as it was applied. A repeatable file is applied again when its hash changes.';
comment on column ops.migrations.applied_at is 'When the file was last applied.';

create table ops.athletes (
    integration text not null,
    athlete_id bigint not null,
    first_name text not null,
    last_name text not null,
    external_id text,
    squad text,
    position text,
    enrolled_at timestamptz not null default now(),
    offboarded_at timestamptz,
    primary key (integration, athlete_id),
    -- Deferrable: checked once the whole roster is loaded, so that two athletes can swap IDs.
    constraint athletes_external_id unique (integration, external_id) deferrable
);
comment on table ops.athletes is 'One row per integration and athlete who has ever enrolled.';
comment on column ops.athletes.integration is 'Name of the integration.';
comment on column ops.athletes.athlete_id is 'WHOOP user ID of the athlete.';
comment on column ops.athletes.first_name is 'First name, as WHOOP returned it at enrolment.';
comment on column ops.athletes.last_name is 'Last name, as WHOOP returned it at enrolment.';
comment on column ops.athletes.external_id is 'ID of the athlete in the team''s own systems, from the roster.';
comment on column ops.athletes.squad is 'Squad, from the roster.';
comment on column ops.athletes.position is 'Position, from the roster.';
comment on column ops.athletes.enrolled_at is 'When the athlete first gave consent.';
comment on column ops.athletes.offboarded_at is 'When the athlete was offboarded; null while enrolled.';

create table ops.erased_athletes (
    integration text not null,
    athlete_id bigint not null,
    erased_at timestamptz not null default now(),
    primary key (integration, athlete_id)
);
comment on table ops.erased_athletes is 'One row per athlete whose data were erased and must not be stored again.';
comment on column ops.erased_athletes.integration is 'Name of the integration.';
comment on column ops.erased_athletes.athlete_id is 'WHOOP user ID of the athlete.';
comment on column ops.erased_athletes.erased_at is 'When the data were erased.';

create table ops.runs (
    integration text not null,
    run_id text not null,
    run_type text not null,
    window_start timestamptz not null,
    window_end timestamptz not null,
    state text not null check (state in ('running', 'complete', 'failed')),
    started_at timestamptz not null default now(),
    finished_at timestamptz,
    records bigint,
    primary key (integration, run_id)
);
comment on table ops.runs is 'One row per run: the window that validate fixed, and how the run ended. Its plan is in ops.slices.';
comment on column ops.runs.integration is 'Name of the integration.';
comment on column ops.runs.run_id is 'Airflow run ID. For an import: "whoop_export/", the run ID and the first characters of the file''s digest.';
comment on column ops.runs.run_type is 'manual, scheduled or backfill; export for the import of an athlete''s data export.';
comment on column ops.runs.window_start is 'Start of the window that the run covers (inclusive).';
comment on column ops.runs.window_end is 'End of the window (exclusive), fixed when the run started.';
comment on column ops.runs.state is 'running, complete or failed.';
comment on column ops.runs.started_at is 'When validate accepted the run.';
comment on column ops.runs.finished_at is 'When check decided the outcome.';
comment on column ops.runs.records is 'Records landed by all slices together; null while the run is running.';

create table ops.slices (
    integration text not null,
    run_id text not null,
    chunk_number integer not null,
    chunk_start timestamptz not null,
    chunk_end timestamptz not null,
    athlete_id bigint not null,
    collection text not null,
    state text not null check (
        state in ('planned', 'running', 'landed', 'staged', 'failed', 'skipped', 'deferred')
    ),
    path text,
    pages integer not null default 0,
    requests integer not null default 0,
    records integer not null default 0,
    quarantined integer not null default 0,
    withheld integer not null default 0,
    new integer not null default 0,
    changed integer not null default 0,
    unchanged integer not null default 0,
    deleted integer not null default 0,
    regressions integer not null default 0,
    waited_seconds double precision not null default 0,
    seconds double precision not null default 0,
    started_at timestamptz not null default now(),
    finished_at timestamptz,
    error text,
    primary key (integration, run_id, chunk_start, athlete_id, collection)
)
-- Each slice is updated three times. Free space in the page makes these HOT updates, which leave the indexes alone.
with (fillfactor = 40);
create index slices_athlete on ops.slices (integration, athlete_id, collection, chunk_start);
comment on table ops.slices is 'One row per run, chunk, athlete and collection: the plan and the pull log.';
comment on column ops.slices.integration is 'Name of the integration.';
comment on column ops.slices.run_id is 'Run that the slice belongs to, see ops.runs.';
comment on column ops.slices.chunk_start is 'Start of the chunk (inclusive).';
comment on column ops.slices.chunk_end is 'End of the chunk (exclusive).';
comment on column ops.slices.athlete_id is 'WHOOP user ID of the athlete.';
comment on column ops.slices.collection is 'cycle, recovery, sleep or workout; for an import: export_cycle, export_sleep, export_workout or journal.';
comment on column ops.slices.chunk_number is 'Position of the chunk in the plan of the athlete and collection: 0 is the newest, and the only one that a scheduled run does not treat as catch-up. Slices with the same number are pulled by the same tasks.';
comment on column ops.slices.state is 'planned, running, landed, staged, failed, skipped (the athlete cannot be asked) or deferred (catch-up that exceeded the request budget; the next scheduled run continues).';
comment on column ops.slices.path is 'Path of the landed records in the landing zone; null for an import, which keeps no copy of the file.';
comment on column ops.slices.pages is 'Pages that WHOOP returned.';
comment on column ops.slices.requests is 'Requests sent, including retries.';
comment on column ops.slices.records is 'Records landed.';
comment on column ops.slices.quarantined is 'Records rejected and stored in ops.quarantine.';
comment on column ops.slices.withheld is 'Journal rows of an export whose question is not in survey_questions of the integration. They are counted but not stored.';
comment on column ops.slices.new is 'Records that the warehouse did not have yet.';
comment on column ops.slices.changed is 'Known records that arrived in a newer version.';
comment on column ops.slices.unchanged is 'Records that the warehouse already had in the same version or a newer one.';
comment on column ops.slices.deleted is 'Records that WHOOP no longer returns.';
comment on column ops.slices.regressions is 'Changed records that lack a value which the previous version had.';
comment on column ops.slices.waited_seconds is 'Seconds spent waiting for the request budget.';
comment on column ops.slices.seconds is 'Seconds from the first request to the landed file.';
comment on column ops.slices.started_at is 'When the first request was sent; before that, when the slice was planned.';
comment on column ops.slices.finished_at is 'When the slice was staged, failed or skipped.';
comment on column ops.slices.error is 'What went wrong and what to do about it.';

create table ops.watermarks (
    integration text not null,
    athlete_id bigint not null,
    collection text not null,
    covered tstzmultirange not null,
    primary key (integration, athlete_id, collection)
);
comment on table ops.watermarks is 'One row per athlete and collection: the periods for which a complete answer has been staged. A scheduled run requests the rest.';
comment on column ops.watermarks.integration is 'Name of the integration.';
comment on column ops.watermarks.athlete_id is 'WHOOP user ID of the athlete.';
comment on column ops.watermarks.collection is 'cycle, recovery, sleep or workout.';
comment on column ops.watermarks.covered is 'The periods. A period ends at the watermark of a pull.';

create table ops.absences (
    integration text not null,
    run_id text not null,
    athlete_id bigint not null,
    collection text not null,
    record_id text not null,
    chunk_start timestamptz not null,
    chunk_end timestamptz not null,
    primary key (integration, run_id, athlete_id, collection, record_id, chunk_start)
);
comment on table ops.absences is 'One row per run, chunk and known record that was missing from a complete read of the chunk.';
comment on column ops.absences.integration is 'Name of the integration.';
comment on column ops.absences.run_id is 'Run that read the chunk.';
comment on column ops.absences.athlete_id is 'WHOOP user ID of the athlete.';
comment on column ops.absences.collection is 'cycle, recovery, sleep or workout.';
comment on column ops.absences.record_id is 'ID of the missing record.';
comment on column ops.absences.chunk_start is 'Start of the chunk (inclusive).';
comment on column ops.absences.chunk_end is 'End of the chunk (exclusive).';

create table ops.transform_queue (
    id bigint generated always as identity primary key,
    integration text not null,
    athlete_id bigint not null,
    collection text not null,
    record_ids text [] not null
);
create index transform_queue_integration on ops.transform_queue (integration);
comment on table ops.transform_queue is 'One row per staged batch of an athlete''s collection: records whose metrics must be recomputed.';
comment on column ops.transform_queue.id is 'Order of arrival.';
comment on column ops.transform_queue.integration is 'Name of the integration.';
comment on column ops.transform_queue.athlete_id is 'WHOOP user ID of the athlete.';
comment on column ops.transform_queue.collection is 'Collection of the records.';
comment on column ops.transform_queue.record_ids is 'IDs of the records that are new, changed or deleted.';

create table ops.quarantine (
    integration text not null,
    run_id text not null,
    collection text not null,
    athlete_id bigint not null,
    record_id text not null,
    reason text not null,
    payload text not null,
    seen_at timestamptz not null default now(),
    primary key (integration, athlete_id, collection, record_id, reason)
);
comment on table ops.quarantine is 'One row per rejected record, or rejected value of a record, and the reason.';
comment on column ops.quarantine.integration is 'Name of the integration.';
comment on column ops.quarantine.run_id is 'Run that rejected it first.';
comment on column ops.quarantine.collection is 'Collection of the record.';
comment on column ops.quarantine.athlete_id is 'WHOOP user ID that the record names; its owner may not be enrolled. If the record names none, the ID of the athlete who was requested.';
comment on column ops.quarantine.record_id is 'ID of the record, or the MD5 of its text if it has no valid ID.';
comment on column ops.quarantine.reason is 'Why it was rejected; never contains the value itself.';
comment on column ops.quarantine.payload is 'The record as WHOOP sent it, or its first MiB.';
comment on column ops.quarantine.seen_at is 'When it was first rejected.';

create table ops.schema_drift (
    integration text not null,
    collection text not null,
    field text not null,
    run_id text not null,
    seen_at timestamptz not null default now(),
    primary key (integration, collection, field)
);
comment on table ops.schema_drift is 'One row per field that WHOOP sends but the project does not know. Its values are in raw.records.payload.';
comment on column ops.schema_drift.integration is 'Name of the integration.';
comment on column ops.schema_drift.collection is 'Collection of the record.';
comment on column ops.schema_drift.field is 'Path of the field in the record. A name that does not look like a field name is replaced by ?.';
comment on column ops.schema_drift.run_id is 'Run that pulled the field first.';
comment on column ops.schema_drift.seen_at is 'When the field was first pulled.';

create table ops.request_budgets (
    client_key text primary key,
    limits jsonb not null,
    reported_limit integer,
    remaining integer,
    counted_from timestamptz,
    resets_at timestamptz,
    consent_until timestamptz,
    routine_until timestamptz
);
comment on table ops.request_budgets is 'One row per WHOOP app: its rate limits, and how much of them is left.';
comment on column ops.request_budgets.client_key is 'SHA-256 of the base URL and the client ID.';
comment on column ops.request_budgets.limits is 'Requests allowed per period, by its length in seconds: {"60": 100, "86400": 10000}.';
comment on column ops.request_budgets.reported_limit is 'Limit of the period that remaining and resets_at are about; null until WHOOP reports one, so that limits are only assumed.';
comment on column ops.request_budgets.remaining is 'Requests left in the period closest to its limit, according to WHOOP, minus the requests leased since.';
comment on column ops.request_budgets.counted_from is 'Leases taken since this time have been subtracted from remaining.';
comment on column ops.request_budgets.resets_at is 'When that period starts again.';
comment on column ops.request_budgets.consent_until is 'Routine and bulk requests wait until this time, because a consent or a token refresh found no budget.';
comment on column ops.request_budgets.routine_until is 'Bulk requests wait until this time, because a scheduled run is sending requests.';

create table ops.request_leases (
    id bigint generated always as identity primary key,
    client_key text not null references ops.request_budgets,
    leased_at timestamptz not null,
    requests integer not null
);
create index request_leases_recent on ops.request_leases (client_key, leased_at) include (requests);
comment on table ops.request_leases is 'One row per lease: a number of requests that a task may send now.';
comment on column ops.request_leases.id is 'ID of the lease.';
comment on column ops.request_leases.client_key is 'WHOOP app, see ops.request_budgets.';
comment on column ops.request_leases.leased_at is 'When the lease was taken, by the clock of this database.';
comment on column ops.request_leases.requests is 'Requests leased; after the lease is settled, requests sent.';
