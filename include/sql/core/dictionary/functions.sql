-- The functions for analysts, with their signatures and comments.
-- Grain: one row per function.
-- Parameters: none.
-- Inputs: pg_catalog. Outputs: nothing.
select
    'analytics.' || routines.proname || '(' || pg_get_function_arguments(routines.oid) || ')' as call,
    obj_description(routines.oid, 'pg_proc') as comment
from pg_catalog.pg_proc as routines
where routines.pronamespace = 'analytics'::regnamespace
order by routines.proname
