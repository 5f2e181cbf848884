-- Create the roles of the warehouse. Roles belong to the server, so all of its warehouses share them. Safe to repeat.
--
-- `bin/wearables migrate` runs this file. If its login may not create roles, ask an administrator of the server to run
-- the file with psql. repeatable/90_rights.sql grants the roles their rights.
--
-- A comment marks a role as created by this project: nobody can comment on a role that they do not administer. A role
-- without the mark is refused, because its members would get access to health data.

do $$
declare
    purposes constant jsonb := '{
        "wearables_analyst": "reads analytics",
        "wearables_researcher": "reads analytics by pseudonym",
        "wearables_operator": "reads how pulls went, without health data",
        "wearables_loader": "reads and writes rows; the pipeline runs as a member",
        "wearables_owner": "owns all objects; bin/wearables migrate runs as a member"
    }';
    role_name text;
    purpose text;
    unknown_roles text;
begin
    for role_name, purpose in select each.key, each.value from jsonb_each_text(purposes) as each loop
        if not exists (select from pg_catalog.pg_roles where rolname = role_name) then
            begin
                execute format('create role %I nologin', role_name);
                execute format('comment on role %I is %L', role_name, 'whoop-elt: ' || purpose);
            exception
                when duplicate_object or unique_violation then
                    null; -- Another warehouse on this server has just created it.
                when insufficient_privilege then
                    raise exception using errcode = 'WR001', message = format(
                        'The login %I may not create roles. Ask an administrator of the server to run '
                        'include/sql/schema/roles.sql with psql, and then: grant wearables_owner to %I.',
                        current_user, current_user
                    );
            end;
        end if;
    end loop;

    select string_agg(rolname, ', ' order by rolname)
    into unknown_roles
    from pg_catalog.pg_roles
    where purposes ? rolname
    and coalesce(pg_catalog.shobj_description(oid, 'pg_authid'), '') not like 'whoop-elt: %';
    if unknown_roles is not null then
        raise exception using errcode = 'WR001', message = format(
            'This server has roles that whoop-elt did not create: %s. Their members would get access to health data. '
            'Rename (alter role ... rename to ...) or drop them, then run bin/wearables migrate again.', unknown_roles
        );
    end if;

    -- The login that creates a role is not its member, and only a member can make the role the owner of an object.
    if not pg_catalog.pg_has_role(current_user, 'wearables_owner', 'usage') then
        execute format('grant wearables_owner to %I', current_user);
    end if;
exception
    when insufficient_privilege then
        raise exception using errcode = 'WR001', message = format(
            'The login %I may not migrate the warehouse. Set WEARABLES_OWNER_URL to a login that may, for the same '
            'database, or ask an administrator of the server to run: grant wearables_owner to %I.',
            current_user, current_user
        );
end
$$;
