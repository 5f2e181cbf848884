-- A table that was never analysed makes the planner choose among indexes by chance; rough figures will do, for afterwards
-- autovacuum sees to it. A role that may not analyse is only warned.
do $$
begin
    if (select reltuples < 0 from pg_catalog.pg_class where oid = 'raw.records'::regclass) then
        set local default_statistics_target = 10;
        analyze raw.records (integration, collection, athlete_id, record_id, started_at, superseded_at);
        set local default_statistics_target to default;
    end if;
end
$$
