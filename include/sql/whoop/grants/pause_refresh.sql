-- For a minute, do not renew the athlete's rejected access token, because WHOOP has rejected one that it had just
-- issued.
-- Grain: at most one row of vault.grants.
-- Parameters: integration, athlete_id.
-- Inputs: nothing. Outputs: vault.grants.
update vault.grants
set refresh_after = clock_timestamp() + interval '1 minute'
where integration = %(integration)s
and athlete_id = %(athlete_id)s
and (refresh_after is null or refresh_after <= clock_timestamp())
