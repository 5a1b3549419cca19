//! The weather: what goes wrong, by dice.

use std::process::Command;
use std::time::{Duration, Instant};

use exeunt_testkit::dice::Dice;
use exeunt_testkit::proxy::Proxy;

use crate::a_moment;
use crate::crew::Crew;
use crate::place::Place;

/// Of a hundred connections, how many end before their time.
const DOOMED: u32 = 15;

/// The furthest a clock jumps at once, either way, in seconds.
const JUMP: u64 = 12;

/// The furthest it gets from where it was, so that a bucket still believes a call.
const ASTRAY: i64 = 120;

/// Lets it blow for a while.
pub(crate) fn blow(place: &Place, crew: &mut Crew<'_>, dice: &mut Dice, time: Duration) {
    let begun = Instant::now();
    let straight = place.clock();
    place.proxies.iter().for_each(|proxy| proxy.doom(DOOMED));
    while begun.elapsed() < time {
        a_moment(100 + dice.below(700));
        crew.look_after();
        match dice.below(20) {
            0..=6 => crew.kill(dice.below(crew.len() as u64) as usize),
            7..=9 => dice.pick(&place.proxies).cut(),
            10 | 11 => place.proxies.iter().for_each(Proxy::cut),
            12 | 13 => jump(place, straight, dice),
            14 | 15 => full_disk(crew, dice),
            16 => bucket_away(place, dice),
            17 | 18 => mail_refused(place, dice),
            _ => database_stops(place, dice),
        }
    }
}

/// The weather is fine again.
pub(crate) fn calm(place: &Place) {
    place.proxies.iter().for_each(|proxy| {
        proxy.doom(0);
        // whoever is doomed already is told now
        proxy.cut();
    });
    place.s3.answer("").unwrap();
    place.smtp.answer("").unwrap();
}

fn jump(place: &Place, straight: i64, dice: &mut Dice) {
    let by = dice.below(2 * JUMP + 1) as i64 - JUMP as i64;
    place.set_clock((place.clock() + by).clamp(straight - ASTRAY, straight + ASTRAY));
}

/// No file of one of them grows any more, for a moment.
fn full_disk(crew: &Crew<'_>, dice: &mut Dice) {
    let pid = crew.pid(dice.below(crew.len() as u64) as usize).to_string();
    let limit = |soft: &str| {
        let limit = format!("--fsize={soft}:unlimited");
        let _ = Command::new("prlimit").args(["--pid", &pid, &limit]).output();
    };
    limit(pick(dice, &["0", "64", "4096", "40000"]));
    a_moment(100 + dice.below(900));
    limit("unlimited");
}

fn bucket_away(place: &Place, dice: &mut Dice) {
    place
        .s3
        .answer(pick(dice, &["503 503", "drop ok drop", "put:take-and-drop", "500", "delete:drop"]))
        .unwrap();
    if dice.below(2) == 0 {
        place.s3.be_down(true).unwrap();
        a_moment(dice.below(1_500));
        place.s3.be_down(false).unwrap();
    }
}

fn mail_refused(place: &Place, dice: &mut Dice) {
    place.smtp.answer(pick(dice, &["451", "drop", "take-and-drop", "rcpt:450 drop", "421 451"])).unwrap();
}

fn database_stops(place: &Place, dice: &mut Dice) {
    place.server.crash().unwrap();
    a_moment(dice.below(500));
    place.server.start_again().unwrap();
}

fn pick<'a>(dice: &mut Dice, from: &[&'a str]) -> &'a str {
    from[dice.below(from.len() as u64) as usize]
}
