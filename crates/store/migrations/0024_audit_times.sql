-- A search through a long audit trail begins where a day ends.
CREATE INDEX audit_events_by_time ON audit_events (tenant_id, happened_at, sequence);
