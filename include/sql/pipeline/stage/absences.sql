-- One row per known record that meets the chunk and was not returned by a complete, non-empty read of it.
-- Answers whether the run has missed any record, in this chunk or an earlier one. No record is longer than a month.
-- `pulled_at < now()`: what this transaction has inserted was returned. `offset 0`: one probe of an index each, also on a
-- table that was never analysed.
-- Parameters: integration, run_id, chunk_start, chunk_end; athletes and collections (in step: those with such a read).
with whole as (
    select *
    from unnest(%(athletes)s::bigint [], %(collections)s::text []) as slice (athlete_id, collection)
),

known as (
    select
        whole.athlete_id,
        whole.collection,
        met.record_id,
        met.place
    from whole
    cross join lateral (
        select
            record_id,
            ctid as place
        from raw.records
        where integration = %(integration)s
        and athlete_id = whole.athlete_id
        and collection = whole.collection
        and started_at < %(chunk_end)s
        and started_at > %(chunk_start)s::timestamptz - interval '1 month'
        and ended_at > %(chunk_start)s
        and pulled_at < now()
        and superseded_at is null
        and deleted_at is null
        offset 0
    ) as met
    union all
    -- a recovery is met by its sleep, or by its cycle while its sleep is unknown
    select
        whole.athlete_id,
        whole.collection,
        recovery.record_id,
        recovery.place
    from whole
    cross join lateral (
        select
            collection,
            record_id
        from raw.records
        where integration = %(integration)s
        and athlete_id = whole.athlete_id
        and collection in ('sleep', 'cycle')
        and started_at < %(chunk_end)s
        and started_at > %(chunk_start)s::timestamptz - interval '1 month'
        and ended_at > %(chunk_start)s
        and superseded_at is null
        offset 0
    ) as met
    cross join lateral (
        select
            record_id,
            ctid as place,
            payload ->> 'sleep_id' as sleep_id
        from raw.records
        where integration = %(integration)s
        and athlete_id = whole.athlete_id
        and collection = 'recovery'
        and payload ->> 'sleep_id' = met.record_id
        and met.collection = 'sleep'
        and pulled_at < now()
        and superseded_at is null
        and deleted_at is null
        union all
        select
            record_id,
            ctid,
            payload ->> 'sleep_id'
        from raw.records
        where integration = %(integration)s
        and athlete_id = whole.athlete_id
        and collection = 'recovery'
        and record_id = met.record_id
        and met.collection = 'cycle'
        and pulled_at < now()
        and superseded_at is null
        and deleted_at is null
    ) as recovery
    where whole.collection = 'recovery'
    and (
        met.collection = 'sleep'
        or not exists (
            select
            from raw.records as sleep
            where sleep.integration = %(integration)s
            and sleep.athlete_id = whole.athlete_id
            and sleep.collection = 'sleep'
            and sleep.record_id = recovery.sleep_id
            and sleep.superseded_at is null
            offset 0
        )
    )
),

inserted as (
    insert into ops.absences (integration, run_id, athlete_id, collection, record_id, chunk_start, chunk_end)
    select
        %(integration)s,
        %(run_id)s,
        athlete_id,
        collection,
        record_id,
        %(chunk_start)s,
        %(chunk_end)s
    from known
    where not exists (
        select
        from incoming
        where incoming.known_place = known.place
    )
    on conflict do nothing
    returning record_id
)

select
    exists (select from inserted)
    or exists (
        select
        from ops.absences
        where integration = %(integration)s and run_id = %(run_id)s
    ) as is_any
