//! Value-to-value anonymization and the exam it has to pass
