-- Take the right to send an athlete's refresh token, unless another task has it. The grant's row must be locked.
-- Grain: one row if the lease is granted, none otherwise. interrupted_at is when an earlier refresh began whose outcome
-- is not known. Parameters: integration, athlete_id, holder, seconds.
-- Inputs: nothing. Outputs: vault.refresh_attempts.
insert into vault.refresh_attempts as attempts (integration, athlete_id, holder, leased_until)
values (
    %(integration)s, %(athlete_id)s, %(holder)s, clock_timestamp() + make_interval(secs => %(seconds)s)
)
on conflict (integration, athlete_id) do update
set
    holder = excluded.holder,
    leased_until = excluded.leased_until
where attempts.leased_until <= clock_timestamp()
returning nullif(attempts.attempted_at, now()) as interrupted_at
