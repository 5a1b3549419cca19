//! The service, called as programs call it: a real home, a real database, real workers; no socket.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop loudly")]
#![expect(clippy::disallowed_methods, reason = "tests have a clock")]

mod home;
mod visitor;

mod bad_input;
mod bulk;
mod conditional;
mod console_calendar;
mod console_customers;
mod console_doors;
mod console_letters;
mod console_live;
mod console_log;
mod console_many;
mod console_map;
mod console_new;
mod console_people;
mod console_providers;
mod console_request;
mod console_requests;
mod console_rooms;
mod console_settings;
mod console_signals;
mod console_sources;
mod console_suppression;
mod console_today;
mod counts;
mod deadlines;
mod deltas;
mod document;
mod ends;
mod holds;
mod kept;
mod kept_by_law;
mod keys;
mod letters;
mod links;
mod log;
mod maps;
mod once;
mod people;
mod portal;
mod portal_states;
mod posted;
mod proposals;
mod providers;
mod residency;
mod reviews;
mod story;
mod strangers;
mod subprocessors;
mod suppression;
mod watching;
mod work;
