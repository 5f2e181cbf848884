-- The pair has found its athlete. Parameters: integration, token_hash.
delete from vault.unclaimed_grants
where integration = %(integration)s
and token_hash = %(token_hash)s
