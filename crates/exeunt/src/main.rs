//! Exeunt: privacy rights that are really carried out.
fn main() {}
