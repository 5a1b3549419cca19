//! What every source of rows can do: traits, catalog, SQL dialects, contract
