-- The groups analyst, researcher, operator, loader and admin; a login becomes a member of one. Roles belong to the server,
-- so they may exist already. Their rights are in repeatable/90_rights.sql.

do $$
declare
    name text;
begin
    foreach name in array array['analyst', 'researcher', 'operator', 'loader', 'admin'] loop
        if not exists (select from pg_catalog.pg_roles where rolname = name) then
            execute format('create role %I nologin', name);
        end if;
    end loop;
    -- Creating a group does not make one a member, and only a member can hand objects over to it.
    if not pg_catalog.pg_has_role(current_user, 'admin', 'usage') then
        execute format('grant admin to %I', current_user);
    end if;
end
$$;
