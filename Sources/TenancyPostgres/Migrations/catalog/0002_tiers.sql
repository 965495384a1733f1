-- The tiers of a new installation; operators change them in place.

-- statement
INSERT INTO public.system_config (key, position, value) VALUES
('tier.free', 1, '{"statementTimeoutMilliseconds": 5000, "lockTimeoutMilliseconds": 1000, "idleInTransactionTimeoutMilliseconds": 5000, "maximumConcurrency": 2, "maximumUsers": 3, "features": []}'),
('tier.standard', 2, '{"statementTimeoutMilliseconds": 10000, "lockTimeoutMilliseconds": 2000, "idleInTransactionTimeoutMilliseconds": 10000, "maximumConcurrency": 4, "maximumUsers": 25, "features": ["documents"]}'),
('tier.premium', 3, '{"statementTimeoutMilliseconds": 20000, "lockTimeoutMilliseconds": 3000, "idleInTransactionTimeoutMilliseconds": 15000, "maximumConcurrency": 8, "maximumUsers": 200, "features": ["commissions", "documents"]}'),
('tier.enterprise', 4, '{"statementTimeoutMilliseconds": 30000, "lockTimeoutMilliseconds": 5000, "idleInTransactionTimeoutMilliseconds": 30000, "maximumConcurrency": 16, "features": ["auditExport", "commissions", "documents"]}')
