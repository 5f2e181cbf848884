-- Let one transaction at a time stage or transform an integration. The lock is released when the transaction ends.
-- Parameters: integration.
-- Inputs: nothing. Outputs: nothing.
select pg_advisory_xact_lock(hashtextextended('wearables:' || %(integration)s, 0))
