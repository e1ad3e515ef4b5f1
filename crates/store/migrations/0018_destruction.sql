-- What destroying a domain or an application of a living tenant looks for by, so that no write reads all that the tenant has.

CREATE INDEX grants_by_application ON grants (tenant_id, domain_id, application_id, id);
CREATE INDEX login_events_by_application ON login_events (tenant_id, domain_id, application_id);
CREATE INDEX refresh_tokens_by_grant ON refresh_tokens (tenant_id, grant_id);
