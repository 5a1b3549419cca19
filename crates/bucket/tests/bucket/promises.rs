//! What every storage promises, tried on each kind.

use std::io::{Read, Seek, SeekFrom};

use exeunt_vault::storage::Reader;
use exeunt_vault::{Error, Storage};

use crate::kinds::{all, get, noise, put};

fn on_each(check: fn(&dyn Storage)) {
    for (kind, _holds, storage) in all() {
        eprintln!("on {kind}");
        check(&*storage);
    }
}

#[test]
fn what_is_written_is_read_back_whole_and_in_ranges() {
    on_each(|storage| {
        // below, at and above a part; and more than two of them
        for size in [0, 1, 65_535, 65_537, 8 << 20, (8 << 20) + 1, 20_000_000] {
            let (name, bytes) = (format!("ab/thing-{size}.blob"), noise(size));
            put(storage, &name, &bytes).unwrap();
            assert!(get(storage, &name).unwrap() == bytes, "{size}");
            let item = storage.open(&name).unwrap();
            for from in [0, size / 3, size.saturating_sub(5)] {
                let to = size.min(from + 1000);
                let mut some = vec![0; to - from];
                item.read_at(&mut some, from as u64).unwrap();
                assert!(some == bytes[from..to], "{from} of {size}");
            }
            item.read_at(&mut [0; 2], size as u64).unwrap_err();
        }
        let mut reader = Reader::new(storage.open("ab/thing-20000000.blob").unwrap());
        reader.seek(SeekFrom::Start(8_388_600)).unwrap();
        let mut some = [0; 30];
        reader.read_exact(&mut some).unwrap();
        assert_eq!(some, noise(20_000_000)[8_388_600..8_388_630]);
    });
}

#[test]
fn nothing_has_a_name_before_it_is_whole() {
    on_each(|storage| {
        for size in [10, 20_000_000] {
            let name = format!("cd/{size}.blob");
            let mut draft = storage.begin(&name, "0011223344556677").unwrap();
            draft.write(&noise(size)).unwrap();
            assert!(!storage.holds(&name).unwrap());
            assert!(matches!(storage.open(&name), Err(Error::Missing { .. })));
            assert_eq!(storage.list("").unwrap(), []);
            drop(draft);
            assert!(!storage.holds(&name).unwrap(), "given up");
            assert_eq!(storage.drafts().unwrap(), [], "and nothing is left of it");
        }
    });
}

#[test]
fn what_has_a_name_is_never_overwritten() {
    on_each(|storage| {
        for size in [10, 9_000_000] {
            let (name, bytes) = (format!("ef/{size}.blob"), noise(size));
            put(storage, &name, &bytes).unwrap();
            for other in [10, 9_000_000] {
                let again = put(storage, &name, &vec![7; other]);
                assert!(matches!(again, Err(Error::Exists { .. })), "{again:?}");
            }
            assert!(get(storage, &name).unwrap() == bytes);
        }
        assert_eq!(storage.drafts().unwrap(), [], "those that came too late left nothing");
    });
}

#[test]
fn of_two_who_write_the_same_one_wins_whole() {
    on_each(|storage| {
        let write = |byte: u8| {
            let mut draft = storage.begin("gh/x.blob", &format!("{byte:016x}"))?;
            draft.write(&vec![byte; 100_000])?;
            draft.finish()
        };
        let outcomes = std::thread::scope(|threads| {
            let both = [1, 2].map(|byte| threads.spawn(move || write(byte)));
            both.map(|thread| thread.join().unwrap())
        });
        let won = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        let found = get(storage, "gh/x.blob").unwrap();
        assert_eq!(won, 1, "{outcomes:?}");
        let winner = 1 + u8::try_from(outcomes.iter().position(Result::is_ok).unwrap()).unwrap();
        assert!(found == vec![winner; 100_000]);
    });
}

#[test]
fn what_is_deleted_is_gone_and_its_name_is_free_again() {
    on_each(|storage| {
        put(storage, "ij/a.blob", b"one").unwrap();
        put(storage, "ij/ab.blob", b"another").unwrap();
        assert!(storage.delete("ij/a.blob").unwrap());
        assert!(!storage.delete("ij/a.blob").unwrap());
        assert!(!storage.holds("ij/a.blob").unwrap());
        assert!(matches!(storage.open("ij/a.blob"), Err(Error::Missing { .. })));
        put(storage, "ij/a.blob", b"two").unwrap();
        assert_eq!(get(storage, "ij/a.blob").unwrap(), b"two");
        assert_eq!(get(storage, "ij/ab.blob").unwrap(), b"another");
    });
}

#[test]
fn lists_tell_names_lengths_and_times_and_go_on_beyond_a_page() {
    on_each(|storage| {
        // a page of a bucket has a thousand
        let count = if storage.place("").starts_with("s3://") { 1_003 } else { 20 };
        for number in 0..count {
            put(storage, &format!("{:02}/{number:05}.blob", number % 7), b"x").unwrap();
        }
        let found = storage.list("").unwrap();
        assert_eq!(found.len(), count);
        assert!(found.is_sorted_by(|one, other| one.name < other.name));
        assert_eq!(found[0].name, "00/00000.blob");
        assert!(found.iter().all(|thing| thing.bytes == 1 && thing.attempt.is_empty()));
        let year = found[0].modified.to_utc().year();
        assert!((2024..2100).contains(&year), "{year}");
        assert_eq!(storage.list("03/").unwrap().len(), count.div_ceil(7) - usize::from(count % 7 <= 3));
    });
}

#[test]
fn what_a_killed_writer_left_is_listed_and_swept() {
    on_each(|storage| {
        for name in ["kl/a.blob", "mn/b.blob"] {
            let mut draft = storage.begin(name, "8899aabbccddeeff").unwrap();
            draft.write(&noise(9_000_000)).unwrap();
            std::mem::forget(draft);
        }
        let left = storage.drafts().unwrap();
        let names: Vec<&str> = left.iter().map(|draft| draft.name.as_str()).collect();
        assert_eq!(names, ["kl/a.blob", "mn/b.blob"]);
        assert!(left.iter().all(|draft| (2024..2100).contains(&draft.modified.to_utc().year())));
        storage.discard(&left[0]).unwrap();
        storage.discard(&left[0]).unwrap();
        assert_eq!(storage.drafts().unwrap(), left[1..]);
        put(storage, "kl/a.blob", b"its name was never taken").unwrap();
    });
}

#[test]
fn a_storage_that_keeps_its_promises_is_found_to() {
    on_each(|storage| {
        storage.look().unwrap();
        storage.prove("0123456789abcdef").unwrap();
        assert_eq!(storage.list("").unwrap(), [], "what was tried out is taken away");
        assert_eq!(storage.drafts().unwrap(), []);
    });
}
