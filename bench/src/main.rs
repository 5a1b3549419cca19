//! Measures Exeunt against the databases' own statements.
fn main() {}
