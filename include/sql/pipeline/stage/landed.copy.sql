-- Copy landed lines into landed. JSON contains no raw control characters, so two of them serve as delimiter and quote
-- and a line needs no escaping.
-- Grain: one row per line.
-- Parameters: none; the rows come through stdin.
-- Inputs: nothing. Outputs: landed.
copy landed (
    line_number, collection, athlete_id, record_id, source_updated_at, started_at, ended_at, payload_digest, payload
) from stdin (format csv, delimiter e'\x02', quote e'\x01')
