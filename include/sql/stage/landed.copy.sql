-- JSON holds no raw control characters: as quote and delimiter they let a line through as it is.
copy landed (collection, payload) from stdin (format csv, delimiter e'\x02', quote e'\x01')
