-- Copy landed lines into landed, in COPY's text format. pipeline/landed_row.py escapes them.
-- Grain: one row per line.
-- Parameters: none; the rows come through stdin.
-- Inputs: nothing. Outputs: landed.
copy landed (
    line_number, slice_number, record_id, source_updated_at, started_at, ended_at, payload_digest, payload
) from stdin
