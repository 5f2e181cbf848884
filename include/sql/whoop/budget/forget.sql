-- Leases older than every window no longer count. Parameters: client_key.
delete from ops.request_leases
where client_key = %(client_key)s
and leased_at < clock_timestamp() - interval '25 hours'
