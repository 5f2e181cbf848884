-- A table that was never analysed makes the planner choose among indexes by chance; afterwards autovacuum sees to it.
-- A role that may not analyse is only warned.
do $$
begin
    if (select reltuples < 0 from pg_catalog.pg_class where oid = 'raw.records'::regclass) then
        analyze raw.records (integration, collection, athlete_id, record_id, started_at, superseded_at);
    end if;
end
$$
