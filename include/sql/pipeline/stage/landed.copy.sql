-- JSON holds no raw control characters: as quote and delimiter they let a line through as it is.
copy landed (
    line_number, collection, athlete_id, record_id, source_updated_at, started_at, ended_at, payload_digest, payload
) from stdin (format csv, delimiter e'\x02', quote e'\x01')
