-- One row per line that landed for a chunk: the keys of the record, and the record as it was sent. What most records never
-- need is text: when they began and ended, and the payload.
create temporary table landed (
    line_number bigint not null,
    collection text not null,
    athlete_id bigint not null,
    record_id text not null,
    source_updated_at timestamptz not null,
    started_at text,
    ended_at text,
    payload_digest uuid not null,
    payload text not null
) on commit drop
