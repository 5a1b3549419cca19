//! What a witness signs, refuses, and remembers after whatever befell its process.

use std::fs;
use std::path::Path;

use exeunt_audit::checkpoint::Checkpoint;
use exeunt_audit::merkle::{Frontier, leaf_hash};
use exeunt_audit::note::{CosigningKey, SigningKey};
use exeunt_audit::witness::{Refusal, Submission};
use exeunt_base::{Secret, Timestamp};

use super::{Error, Folder, place};

fn log(name: &str) -> SigningKey {
    SigningKey::new(name, Secret::new([1; 32])).unwrap()
}

/// A submission of a log with one entry or two, from nothing or from one.
fn head(name: &str, old: u64, entries: &[&str]) -> Submission {
    let tree =
        entries.iter().fold(Frontier::default(), |tree, entry| tree.append(leaf_hash(entry.as_bytes())).0);
    let checkpoint = Checkpoint { origin: name.to_owned(), size: tree.size(), root: tree.root() };
    let proof =
        if old == 1 && entries.len() == 2 { vec![leaf_hash(entries[1].as_bytes())] } else { Vec::new() };
    Submission { old, proof, checkpoint: checkpoint.sign(&log(name)).unwrap() }
}

fn made(path: &Path) -> Folder {
    Folder::create(path, "witness.example/w1", Secret::new([9; 32])).unwrap();
    Folder::watch(path, log("example.com/log").public()).unwrap();
    Folder::open(path).unwrap()
}

fn now() -> Timestamp {
    Timestamp::from_micros(1_700_000_000_000_000)
}

fn refusal(done: Result<exeunt_audit::note::Signature, Error>) -> Refusal {
    match done {
        Err(Error::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_was_signed_is_remembered_by_the_next_process() {
    let dir = tempfile::tempdir().unwrap();
    let witness = made(dir.path());
    let submission = head("example.com/log", 0, &["a"]);
    let signature = witness.add(&submission, now()).unwrap();
    let mut note = submission.checkpoint.clone();
    note.add(signature).unwrap();
    assert!(note.verify(&[witness.key()]).is_ok());
    drop(witness);

    let witness = Folder::open(dir.path()).unwrap();
    assert_eq!(refusal(witness.add(&head("example.com/log", 0, &["x", "y"]), now())), Refusal::OtherSize(1));
    assert_eq!(refusal(witness.add(&head("example.com/log", 1, &["x"]), now())), Refusal::OtherHistory(1));
    assert_eq!(refusal(witness.add(&head("example.com/log", 1, &["x", "b"]), now())), Refusal::NotGrown);
    witness.add(&head("example.com/log", 1, &["a", "b"]), now()).unwrap();
    let seen = Folder::watched(dir.path()).unwrap();
    assert_eq!(seen[0].last.as_ref().map(|last| last.size), Some(2));
}

#[test]
fn a_crash_in_the_middle_of_writing_leaves_what_was_signed_before() {
    let dir = tempfile::tempdir().unwrap();
    let witness = made(dir.path());
    witness.add(&head("example.com/log", 0, &["a"]), now()).unwrap();
    let folder = place(dir.path(), "example.com/log");
    fs::write(folder.join(".checkpoint.part"), "example.com/log\n7\n").unwrap();
    drop(witness);
    let witness = Folder::open(dir.path()).unwrap();
    witness.add(&head("example.com/log", 1, &["a", "b"]), now()).unwrap();
}

#[test]
fn a_spoiled_memory_is_refused_and_never_taken_for_none() {
    let dir = tempfile::tempdir().unwrap();
    let witness = made(dir.path());
    witness.add(&head("example.com/log", 0, &["a"]), now()).unwrap();
    let file = place(dir.path(), "example.com/log").join("checkpoint");
    let text = fs::read_to_string(&file).unwrap();
    for spoiled in [String::new(), text.replacen("\n1\n", "\n0\n", 1), text[..text.len() - 9].to_owned()] {
        fs::write(&file, spoiled).unwrap();
        let done = witness.add(&head("example.com/log", 0, &["x"]), now());
        assert!(matches!(done, Err(Error::Damaged(_))), "{done:?}");
    }
}

#[test]
fn one_works_in_a_folder_at_a_time_and_its_key_is_made_once() {
    let dir = tempfile::tempdir().unwrap();
    let _witness = made(dir.path());
    assert!(matches!(Folder::open(dir.path()), Err(Error::InUse(_))));
    let again = Folder::create(dir.path(), "witness.example/w1", Secret::new([8; 32]));
    assert!(matches!(again, Err(Error::Exists(_))));
}

#[test]
fn a_log_is_known_by_one_key_and_strangers_are_not_known() {
    let dir = tempfile::tempdir().unwrap();
    let witness = made(dir.path());
    Folder::watch(dir.path(), log("example.com/log").public()).unwrap();
    let other = SigningKey::new("example.com/log", Secret::new([2; 32])).unwrap();
    assert!(matches!(Folder::watch(dir.path(), other.public()), Err(Error::OtherKey(_))));
    let no_log = CosigningKey::new("example.com/log", Secret::new([2; 32])).unwrap();
    assert!(matches!(Folder::watch(dir.path(), no_log.public()), Err(Error::NotALog)));
    assert_eq!(refusal(witness.add(&head("example.com/other", 0, &["a"]), now())), Refusal::UnknownLog);
    assert_eq!(refusal(witness.add(&head("../../log", 0, &["a"]), now())), Refusal::UnknownLog);
}

#[test]
fn of_submissions_at_the_same_moment_one_history_is_signed() {
    let dir = tempfile::tempdir().unwrap();
    let witness = made(dir.path());
    let signed: usize = std::thread::scope(|scope| {
        let tries: Vec<_> = (0..8)
            .map(|number| {
                let witness = &witness;
                scope.spawn(move || {
                    witness.add(&head("example.com/log", 0, &[&number.to_string()]), now()).is_ok()
                })
            })
            .collect();
        tries.into_iter().map(|one| usize::from(one.join().unwrap())).sum()
    });
    assert_eq!(signed, 1);
}
