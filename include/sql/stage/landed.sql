-- One row per line that landed for one collection of a chunk.
create temporary table landed (
    line_number bigint generated always as identity,
    line text not null
) on commit drop
