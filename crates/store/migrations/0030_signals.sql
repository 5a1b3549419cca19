-- Risk signals that the list of requests is narrowed by: what agents sent, and how many rows belong to a request.
CREATE INDEX intakes_of_agents ON intakes (channel, level_how, request) WHERE channel = 'agent';
CREATE INDEX blob_claims_rows ON blob_claims (request, rows);
