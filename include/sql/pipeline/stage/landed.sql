-- Create the table into which the lines of a batch are copied.
-- Start and end stay text: most records turn out to be unchanged, so parsing them would be wasted. The payload is parsed
-- while the client prepares the next lines.
-- Grain: one row per landed line.
-- Parameters: none.
-- Inputs: nothing. Outputs: temporary table landed (empty).
create temporary table landed (
    line_number bigint not null,
    slice_number integer not null,
    record_id text not null,
    source_updated_at timestamptz not null,
    started_at text,
    ended_at text,
    payload_digest uuid not null,
    payload jsonb not null
) on commit drop
