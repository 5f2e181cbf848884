-- Schema ops: how pulls went, and the shared state of their machinery.

create schema if not exists ops;
comment on schema ops is 'How pulls went: runs, pull log, request budget, quarantine.';

create table ops.athletes (
    integration text not null,
    athlete_id bigint not null,
    first_name text not null,
    last_name text not null,
    external_id text,
    enrolled_at timestamptz not null default now(),
    primary key (integration, athlete_id)
);
comment on table ops.athletes is 'One row per integration and athlete who ever consented.';
comment on column ops.athletes.integration is 'Name of the integration.';
comment on column ops.athletes.athlete_id is 'user_id of WHOOP (int64).';
comment on column ops.athletes.first_name is 'First name as WHOOP gave it at enrolment.';
comment on column ops.athletes.last_name is 'Last name as WHOOP gave it at enrolment.';
comment on column ops.athletes.external_id is 'Id of the athlete in the systems of the team, if known.';
comment on column ops.athletes.enrolled_at is 'When the athlete first consented.';

create table ops.runs (
    integration text not null,
    run_id text not null,
    run_type text not null,
    window_start timestamptz not null,
    window_end timestamptz not null,
    chunks jsonb not null,
    athletes bigint [] not null,
    collections text [] not null,
    is_full_scope boolean not null,
    state text not null check (state in ('running', 'complete', 'failed')),
    started_at timestamptz not null default now(),
    finished_at timestamptz,
    primary key (integration, run_id)
);
comment on table ops.runs is 'One row per pull: the plan frozen by validate, and how it ended.';
comment on column ops.runs.integration is 'Name of the integration.';
comment on column ops.runs.run_id is 'Airflow run.';
comment on column ops.runs.run_type is 'manual, scheduled or backfill.';
comment on column ops.runs.window_start is 'First instant asked for (inclusive).';
comment on column ops.runs.window_end is 'Last instant asked for (exclusive), frozen when the run began.';
comment on column ops.runs.chunks is 'The windows of at most 28 days that the pull was cut into, newest first.';
comment on column ops.runs.athletes is 'Athletes whose data the pull asks for.';
comment on column ops.runs.collections is 'Collections the pull asks for.';
comment on column ops.runs.is_full_scope is 'Whether every athlete and collection was asked for; only such a pull moves the schedule on.';
comment on column ops.runs.state is 'running, complete or failed.';
comment on column ops.runs.started_at is 'When validate accepted the pull.';
comment on column ops.runs.finished_at is 'When check decided the outcome.';

create table ops.slices (
    integration text not null,
    run_id text not null,
    chunk_start timestamptz not null,
    chunk_end timestamptz not null,
    athlete_id bigint not null,
    collection text not null,
    state text not null check (state in ('running', 'landed', 'staged', 'failed', 'skipped', 'handed_over')),
    path text,
    pages integer not null default 0,
    requests integer not null default 0,
    records integer not null default 0,
    quarantined integer not null default 0,
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
);
comment on table ops.slices is 'One row per run, chunk, athlete and collection.';
comment on column ops.slices.integration is 'Name of the integration.';
comment on column ops.slices.run_id is 'Airflow run.';
comment on column ops.slices.chunk_start is 'First instant of the chunk (inclusive).';
comment on column ops.slices.chunk_end is 'Last instant of the chunk (exclusive).';
comment on column ops.slices.athlete_id is 'user_id of WHOOP (int64).';
comment on column ops.slices.collection is 'cycle, recovery, sleep or workout.';
comment on column ops.slices.state is 'running, landed, staged, failed, skipped (the grant was already known to be dead) or handed_over (a later run staged what had landed).';
comment on column ops.slices.path is 'Where in the landing zone the answer lies.';
comment on column ops.slices.pages is 'Pages WHOOP answered with.';
comment on column ops.slices.requests is 'Requests sent, retries included.';
comment on column ops.slices.records is 'Records that landed.';
comment on column ops.slices.quarantined is 'Records kept aside in ops.quarantine.';
comment on column ops.slices.new is 'Records never seen before.';
comment on column ops.slices.changed is 'Records with a newer version.';
comment on column ops.slices.unchanged is 'Records already known as they are, older answers included.';
comment on column ops.slices.deleted is 'Records that WHOOP no longer returns.';
comment on column ops.slices.regressions is 'Changed records that lost values which an older version had.';
comment on column ops.slices.waited_seconds is 'Seconds spent waiting for the request budget.';
comment on column ops.slices.seconds is 'Seconds from the first request to the landed file.';
comment on column ops.slices.started_at is 'When the chunk was begun for this athlete and collection.';
comment on column ops.slices.finished_at is 'When it was staged, failed or skipped.';
comment on column ops.slices.error is 'What went wrong and what to do, in one sentence.';

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
comment on table ops.absences is 'One row per run, chunk and known record that a complete read of the chunk did not return.';
comment on column ops.absences.integration is 'Name of the integration.';
comment on column ops.absences.run_id is 'Airflow run.';
comment on column ops.absences.athlete_id is 'user_id of WHOOP (int64).';
comment on column ops.absences.collection is 'cycle, recovery, sleep or workout.';
comment on column ops.absences.record_id is 'Id of the record that was missed.';
comment on column ops.absences.chunk_start is 'First instant of the chunk (inclusive).';
comment on column ops.absences.chunk_end is 'Last instant of the chunk (exclusive).';

create table ops.transform_queue (
    id bigint generated always as identity primary key,
    integration text not null,
    athlete_id bigint not null,
    collection text not null,
    record_ids text [] not null
);
create index transform_queue_integration on ops.transform_queue (integration);
comment on table ops.transform_queue is 'One row per athlete, collection and staging: records whose metrics are yet to be recomputed.';
comment on column ops.transform_queue.id is 'Order of arrival.';
comment on column ops.transform_queue.integration is 'Name of the integration.';
comment on column ops.transform_queue.athlete_id is 'user_id of WHOOP (int64).';
comment on column ops.transform_queue.collection is 'cycle, recovery, sleep or workout.';
comment on column ops.transform_queue.record_ids is 'Ids of the records that were new, changed or deleted.';

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
comment on table ops.quarantine is 'One row per record, or value of a record, that was kept out of the warehouse, and why.';
comment on column ops.quarantine.integration is 'Name of the integration.';
comment on column ops.quarantine.run_id is 'Airflow run that first saw it.';
comment on column ops.quarantine.collection is 'cycle, recovery, sleep or workout.';
comment on column ops.quarantine.athlete_id is 'user_id of WHOOP (int64).';
comment on column ops.quarantine.record_id is 'Id of the record, or the MD5 of its text when it tells none.';
comment on column ops.quarantine.reason is 'Why it was kept out; never the value itself.';
comment on column ops.quarantine.payload is 'The record as WHOOP sent it.';
comment on column ops.quarantine.seen_at is 'When it was first seen.';

create table ops.request_budgets (
    client_key text primary key,
    limits jsonb not null,
    remaining integer,
    resets_at timestamptz
);
comment on table ops.request_budgets is 'One row per WHOOP app: its limits, and what WHOOP last said is left of them.';
comment on column ops.request_budgets.client_key is 'SHA-256 of base URL and client id.';
comment on column ops.request_budgets.limits is 'Requests allowed by window: {"60": 100, "86400": 10000}.';
comment on column ops.request_budgets.remaining is 'Requests left in the window nearest to its limit, by the last answer of WHOOP.';
comment on column ops.request_budgets.resets_at is 'When that window begins anew.';

create table ops.request_leases (
    id bigint generated always as identity primary key,
    client_key text not null references ops.request_budgets,
    leased_at timestamptz not null,
    requests integer not null
);
create index request_leases_recent on ops.request_leases (client_key, leased_at) include (requests);
comment on table ops.request_leases is 'One row per lease: requests that a task may send, or has sent, at about one moment.';
comment on column ops.request_leases.id is 'Number of the lease.';
comment on column ops.request_leases.client_key is 'The WHOOP app.';
comment on column ops.request_leases.leased_at is 'When the lease was taken, by the clock of this database.';
comment on column ops.request_leases.requests is 'Requests leased; once settled, requests sent.';
