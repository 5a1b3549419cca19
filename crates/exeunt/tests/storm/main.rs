//! Everything in the loop, and nothing that works for long: the real service, its store and a source on PostgreSQL, a source on
//! SQLite, a bucket and a mail server, all behind proxies that cut, reset, delay and swallow; processes killed by
//! `kill -9`, servers that stop, a disk that is full, a clock that jumps. Meanwhile people ask, over the API.
//!
//! In the end everybody who was taken in is answered, and everything is as if the weather had been fine.
//!
//! `EXEUNT_TEST_SEED` repeats the dice of a run; `EXEUNT_STORM_SECONDS` lets it blow for longer.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop loudly")]
#![expect(clippy::disallowed_methods, reason = "tests start programs, measure time and wait for them")]
#![expect(clippy::print_stderr, reason = "a failing run is repeated by its seed")]

mod client;
mod crew;
#[path = "../api/joining.rs"]
mod joining;
mod place;
mod trouble;
mod verdict;

use std::time::Duration;

use exeunt_testkit::dice::Dice;

use crate::client::Client;
use crate::crew::Crew;
use crate::place::Place;

/// The seed when nobody says another: a run in CI is the one of yesterday.
const USUAL: u64 = 20_261_122;

/// People who ask.
const PEOPLE: u32 = 36;

/// How long it blows, each of two times.
fn while_it_blows() -> Duration {
    let more = std::env::var("EXEUNT_STORM_SECONDS").ok().and_then(|text| text.parse().ok());
    Duration::from_secs(more.unwrap_or(14))
}

fn dice(offset: u64) -> Dice {
    let given = std::env::var("EXEUNT_TEST_SEED").ok().and_then(|text| text.parse().ok());
    let dice = Dice::new(given.unwrap_or(USUAL + offset));
    eprintln!("EXEUNT_TEST_SEED={}", dice.seed());
    dice
}

/// Lets a moment pass.
fn a_moment(millis: u64) {
    std::thread::park_timeout(Duration::from_millis(millis));
}

fn storm(roles: &[&'static str], mut dice: Dice) {
    let place = Place::new(&mut dice);
    let mut crew = Crew::start(&place, roles);
    let client = Client::of(&place);
    let wishes = client::wishes(PEOPLE, &mut dice);
    let accepted = std::thread::scope(|scope| {
        let asking = scope.spawn(|| client.ask_for_all(&wishes));
        trouble::blow(&place, &mut crew, &mut dice, while_it_blows());
        // whoever still asks is answered in any weather, so it only has to go on
        while !asking.is_finished() {
            trouble::blow(&place, &mut crew, &mut dice, Duration::from_secs(1));
        }
        asking.join().unwrap_or_else(|_| panic!("a client gave up; the service said:\n{}", crew.said()))
    });
    trouble::calm(&place);
    verdict::wait_for_the_work(&place, &mut crew);
    verdict::packages_can_be_fetched(&client, &accepted, &crew);
    // the windows end, and everything goes for ever in the same weather
    place.set_clock(place.clock() + place::WINDOW_DAYS * 86_400 + 3_600);
    trouble::blow(&place, &mut crew, &mut dice, while_it_blows());
    trouble::calm(&place);
    verdict::wait_for_the_end(&place, &mut crew);
    let told = crew.end();
    verdict::check(&place, &accepted);
    // long after, whatever a death left lying about is swept away
    place.set_clock(place.clock() + 130 * 86_400);
    let mut crew = Crew::start(&place, roles);
    verdict::nothing_is_left_lying_about(&place, &mut crew);
    crew.end();
    eprintln!("{} deaths; proxies: {:?}", told.deaths, place.happened());
    assert!(told.deaths > 5 && told.panics.is_empty(), "{told:?}");
}

#[test]
fn one_process_that_does_everything_answers_everybody_in_any_weather() {
    storm(&["all"], dice(0));
}

#[test]
fn three_processes_that_share_the_work_answer_everybody_in_any_weather() {
    storm(&["api", "worker", "worker"], dice(1));
}
