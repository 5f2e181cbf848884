-- What the roster of a team tells of its athletes.

alter table ops.athletes
add column squad text,
add column position text,
-- also made by the migration of offboarding, whichever comes first
add column if not exists offboarded_at timestamptz;
comment on column ops.athletes.external_id is 'Id of the athlete in the systems of the team, from the roster.';
comment on column ops.athletes.squad is 'Squad, from the roster.';
comment on column ops.athletes.position is 'Position, from the roster.';
comment on column ops.athletes.offboarded_at is 'When the athlete was offboarded; null = enrolled.';
-- deferrable: judged when the whole roster is in, so that two athletes may swap
alter table ops.athletes
add constraint athletes_external_id unique (integration, external_id) deferrable;
