//! Throw-away servers, fixtures and canaries for tests
