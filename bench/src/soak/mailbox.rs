//! A mail server that takes everything and counts it: the smallest there can be.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};

/// The server. It lives as long as the program.
pub(super) struct Mailbox {
    pub(super) port: u16,
    taken: Arc<Mutex<Taken>>,
}

/// What it took.
#[derive(Default)]
struct Taken {
    letters: u64,
    /// Hashes of their ids: the ids themselves would be what grows over the year.
    ids: HashSet<u64>,
}

impl Mailbox {
    pub(super) fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").context("could not listen for letters")?;
        let port = listener.local_addr()?.port();
        let taken = Arc::<Mutex<Taken>>::default();
        let counted = Arc::clone(&taken);
        std::thread::spawn(move || {
            for socket in listener.incoming().flatten() {
                let counted = Arc::clone(&counted);
                std::thread::spawn(move || converse(&socket, &counted));
            }
        });
        Ok(Self { port, taken })
    }

    /// Letters it took, and how many different ones.
    pub(super) fn letters(&self) -> (u64, u64) {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        (taken.letters, taken.ids.len() as u64)
    }
}

/// One conversation; whoever breaks it off ends it.
fn converse(socket: &TcpStream, taken: &Mutex<Taken>) -> Option<()> {
    let _ = socket.set_nodelay(true);
    let mut out = socket;
    let mut lines = BufReader::new(socket).lines();
    let mut say = |words: &str| out.write_all(format!("{words}\r\n").as_bytes()).ok();
    say("220 mailbox")?;
    loop {
        let line = lines.next()?.ok()?.to_ascii_uppercase();
        if line.starts_with("DATA") {
            say("354 go on")?;
            loop {
                let line = lines.next()?.ok()?;
                if line == "." {
                    break;
                }
                if let Some(id) = line.to_ascii_lowercase().strip_prefix("message-id:") {
                    let mut hasher = DefaultHasher::new();
                    id.trim().hash(&mut hasher);
                    taken.lock().unwrap_or_else(PoisonError::into_inner).ids.insert(hasher.finish());
                }
            }
            taken.lock().unwrap_or_else(PoisonError::into_inner).letters += 1;
            say("250 taken")?;
        } else if line.starts_with("QUIT") {
            return say("221 goodbye");
        } else if line.starts_with("EHLO") {
            say("250-mailbox\r\n250 8BITMIME")?;
        } else {
            say("250 fine")?;
        }
    }
}
