-- Older versions give way. They are found by their place, which nobody moves while the lock is held. In a partitioned table a
-- place is one of each partition's; an integration lies in one of them. Parameters: integration.
update raw.records
set superseded_at = now()
where integration = %(integration)s
and ctid = any(array(
    select known_place
    from incoming
    where outcome = 'changed'
))
