-- One row per record that this chunk's answers show to be gone; filled by delete.sql.
create temporary table gone (
    athlete_id bigint not null,
    collection text not null,
    record_id text not null
) on commit drop
