-- What is asked again and again must not take longer with every request that was ever answered.
CREATE INDEX batches_by_blob ON batches (blob);
CREATE INDEX jobs_by_census ON jobs (census_blob);
CREATE INDEX jobs_with_census ON jobs (census_blob) WHERE salt IS NOT NULL;
CREATE INDEX receipts_by_request ON receipts (request);
CREATE INDEX ledger_by_request ON ledger (request);
CREATE INDEX packages_by_request ON packages (request);
CREATE INDEX packages_by_organization ON packages (organization, id);
CREATE INDEX letters_by_word ON letters (organization, word, id);
CREATE INDEX letters_given_up ON letters (ended_at) WHERE content IS NOT NULL AND ended_at IS NOT NULL;
CREATE INDEX letters_kept ON letters (organization) WHERE content IS NOT NULL;
CREATE INDEX tasks_ended ON tasks (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX requests_held ON requests (organization, held_until) WHERE held_because IS NOT NULL;
CREATE INDEX requests_known ON requests (organization, id) WHERE case_key IS NOT NULL;
CREATE INDEX follow_ups_by_organization ON follow_ups (organization);
