-- Older versions give way. They are found by their place, which nobody moves while the lock is held.
update raw.records
set superseded_at = now()
where ctid = any(array(
    select known_place
    from incoming
    where outcome = 'changed'
))
