//! The command line, as whoever types it sees it: the real binary, real databases, a home of its own for each test.

mod bad_input;
mod canaries;
mod cases;
mod desk;
mod rollback;
mod story;
