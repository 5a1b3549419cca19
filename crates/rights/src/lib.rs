//! Requests, regimes, deadlines, retention and identities: what the law asks
