-- A lease is settled: it counts for the requests really sent. Parameters: lease_id, sent.
update ops.request_leases
set requests = %(sent)s
where id = %(lease_id)s
