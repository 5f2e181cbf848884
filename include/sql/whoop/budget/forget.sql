-- Delete the leases that no longer count, because they are older than every rate limit period. Parameters: client_key.
delete from ops.request_leases
where client_key = %(client_key)s
and leased_at < clock_timestamp() - interval '25 hours'
