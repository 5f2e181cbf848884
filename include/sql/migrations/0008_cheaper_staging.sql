-- What staging needs to know is found where it is cheap: digests by the client, unknown fields when an answer lands.

alter table raw.records add payload_digest uuid;
comment on column raw.records.payload_digest is 'First half of the SHA-256 of the record as WHOOP sent it; null if staged before it was kept.';

drop table ops.known_fields;
