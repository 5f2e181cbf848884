-- Schema raw: every version of every record that a source returned.

create schema if not exists raw;
comment on schema raw is 'Records exactly as the sources returned them, in every version that was ever pulled.';

create table raw.records (
    integration text not null,
    collection text not null,
    athlete_id bigint not null,
    record_id text not null,
    payload jsonb not null,
    started_at timestamptz,
    ended_at timestamptz,
    source_updated_at timestamptz not null,
    pulled_at timestamptz not null,
    run_id text not null,
    superseded_at timestamptz,
    deleted_at timestamptz,
    payload_digest uuid
);
comment on table raw.records is 'One row per version of a record. Older versions are kept.';
comment on column raw.records.integration is 'Integration through which the record was pulled.';
comment on column raw.records.collection is 'cycle, recovery, sleep or workout; for rows of an export: export_cycle, export_sleep, export_workout or journal.';
comment on column raw.records.athlete_id is 'WHOOP user ID of the athlete.';
comment on column raw.records.record_id is 'WHOOP ID of the record. A recovery has the ID of its cycle; a row of an export has an ID derived from its start, to the minute.';
comment on column raw.records.payload is 'The record as WHOOP sent it, including unknown fields. For an export: the row, with its cells under "row".';
comment on column raw.records.started_at is 'Start of the record; null for a recovery, which has no start of its own.';
comment on column raw.records.ended_at is 'End of the record; null for a recovery and for a cycle that is still open.';
comment on column raw.records.source_updated_at is 'WHOOP''s updated_at; the version with the latest one is current. Export rows have none: they store the start of the row here, and the latest import is current.';
comment on column raw.records.pulled_at is 'When this version was first staged.';
comment on column raw.records.run_id is 'Run that pulled this version first.';
comment on column raw.records.superseded_at is 'When a newer version replaced this one; null for the current version.';
comment on column raw.records.deleted_at is 'When a pull found that WHOOP no longer returns the record; null while WHOOP returns it.';
comment on column raw.records.payload_digest is 'First 16 bytes of the SHA-256 of the record as WHOOP sent it.';

-- Exactly one current version per record.
create unique index records_current
on raw.records (integration, athlete_id, collection, record_id)
where superseded_at is null;

create index records_history
on raw.records (integration, athlete_id, collection, record_id)
where superseded_at is not null;

create index records_period
on raw.records (integration, athlete_id, collection, started_at)
where superseded_at is null;

-- These two find the sleeps of a cycle and the recovery of a sleep.
create index records_sleep_cycle
on raw.records (integration, athlete_id, (payload ->> 'cycle_id'), started_at)
where collection = 'sleep' and superseded_at is null;

create index records_recovery_sleep
on raw.records (integration, athlete_id, (payload ->> 'sleep_id'))
where collection = 'recovery' and superseded_at is null;

create index records_journal
on raw.records (integration, athlete_id)
where collection = 'journal';

-- For analytics.changes and analytics.coverage.
create index records_changed
on raw.records (integration, superseded_at)
where superseded_at is not null;

create index records_deleted
on raw.records (integration, athlete_id, collection)
where deleted_at is not null;
