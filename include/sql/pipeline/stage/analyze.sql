-- Analyse raw.records if it has never been analysed: without statistics the planner picks an index at random.
-- A small sample is enough, because autovacuum takes over later. If the role may not analyse, it only gets a warning.
-- Parameters: none.
-- Inputs: raw.records. Outputs: its planner statistics.
do $$
begin
    if (select reltuples < 0 from pg_catalog.pg_class where oid = 'raw.records'::regclass) then
        set local default_statistics_target = 10;
        analyze raw.records (integration, collection, athlete_id, record_id, started_at, superseded_at);
        set local default_statistics_target to default;
    end if;
end
$$
