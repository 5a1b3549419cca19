-- A plan asks for the requests it answers.
CREATE INDEX requests_by_plan ON requests (plan);
