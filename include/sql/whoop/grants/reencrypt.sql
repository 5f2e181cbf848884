-- The same pair under the newest key. Parameters: integration, athlete_id, access_token, refresh_token.
update vault.grants
set
    access_token = %(access_token)s,
    refresh_token = %(refresh_token)s
where integration = %(integration)s
and athlete_id = %(athlete_id)s
