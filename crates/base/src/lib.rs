//! Ids, time values, secrets, cells and rows, faults: what every room shares
