-- One row per line that landed for a chunk.
create temporary table landed (
    line_number bigint generated always as identity,
    collection text not null,
    payload jsonb not null
) on commit drop
