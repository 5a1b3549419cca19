//! A wire to the server that can be cut at a word.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// What is to happen at which word, once.
#[derive(Clone, Copy)]
enum Cut {
    Before,
    After,
}

/// Listens on a port of its own and passes everything on, until it is told otherwise.
pub(crate) struct Wire {
    pub(crate) port: u16,
    cut: Arc<Mutex<Option<(Cut, String)>>>,
}

impl Wire {
    pub(crate) async fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let wire = Self { port: listener.local_addr().unwrap().port(), cut: Arc::default() };
        let cut = Arc::clone(&wire.cut);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
                tokio::spawn(pass(client, server, Arc::clone(&cut)));
            }
        });
        wire
    }

    /// The next message with this word arrives, and its answer does not.
    pub(crate) fn lose_answers_after(&self, word: &str) {
        *self.cut.lock().unwrap() = Some((Cut::After, word.to_owned()));
    }

    /// The next message with this word does not arrive.
    pub(crate) fn cut_before(&self, word: &str) {
        *self.cut.lock().unwrap() = Some((Cut::Before, word.to_owned()));
    }
}

async fn pass(client: TcpStream, server: TcpStream, cut: Arc<Mutex<Option<(Cut, String)>>>) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    tokio::select! {
        () = answers(&mut from_server, &mut to_client) => {}
        cut = questions(&mut from_client, &mut to_server, &cut) => {
            if matches!(cut, Some(Cut::After)) {
                // the server answers when it is done; nobody hears it
                let _ = from_server.read(&mut [0; 4096]).await;
            }
        }
    }
}

async fn answers(from: &mut OwnedReadHalf, to: &mut OwnedWriteHalf) {
    let _ = tokio::io::copy(from, to).await;
}

async fn questions(
    from: &mut OwnedReadHalf,
    to: &mut OwnedWriteHalf,
    cut: &Mutex<Option<(Cut, String)>>,
) -> Option<Cut> {
    let mut bytes = vec![0; 65_536];
    loop {
        let read = from.read(&mut bytes).await.ok().filter(|read| *read > 0)?;
        let told = {
            let mut cut = cut.lock().unwrap();
            let here = cut.as_ref().is_some_and(|(_, word)| {
                bytes[..read].windows(word.len()).any(|piece| piece == word.as_bytes())
            });
            if here { cut.take().map(|(cut, _)| cut) } else { None }
        };
        if matches!(told, Some(Cut::Before)) {
            return told;
        }
        to.write_all(&bytes[..read]).await.ok()?;
        if told.is_some() {
            return told;
        }
    }
}
