-- Delete an unclaimed token pair: its athlete is known now, or the enrolment was rejected.
-- Grain: at most one row of vault.unclaimed_grants.
-- Parameters: integration, token_hash.
-- Inputs: nothing. Outputs: vault.unclaimed_grants.
delete from vault.unclaimed_grants
where integration = %(integration)s
and token_hash = %(token_hash)s
