//! A bad network: a proxy between a program and a server that delays, cuts, resets and swallows what passes, by dice.
//!
//! It runs on a thread of its own and is bounded: so many connections, so large a buffer, so long a silence.

use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicU16, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::{Semaphore, watch};

use crate::dice::Dice;

/// Most connections at a time; whoever comes later waits.
const CONNECTIONS: usize = 256;
/// The longest time in which nothing passes and nobody is told.
const SILENCE_MILLIS: u64 = 1_500;
/// Most bytes a doomed connection carries before its end.
const BYTES: u64 = 200_000;
/// The longest time a doomed connection lives.
const LIFE_MILLIS: u64 = 4_000;

/// How a connection ends before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Doom {
    /// It is cut: both sides see it closed.
    Cut,
    /// It is reset, half of what was on its way having arrived.
    Reset,
    /// Nothing passes any more, and after a while it is reset.
    Silence,
}

/// What befalls one connection.
#[derive(Debug, Clone, Copy)]
struct Fate {
    /// How it ends, after how many bytes of either side, and at the latest when.
    doom: Option<(Doom, u64, Duration)>,
    /// The longest time a piece is kept back.
    delay_millis: u64,
}

/// What happened so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Happened {
    /// Connections that were let through.
    pub through: u64,
    /// Connections that were ended before their time.
    pub broken: u64,
}

#[derive(Debug)]
struct Shared {
    to: AtomicU16,
    /// Of a hundred connections, how many are doomed.
    doomed: AtomicU32,
    dice: Mutex<Dice>,
    through: AtomicU64,
    broken: AtomicU64,
    room: Semaphore,
    /// Counts up each time everything that is open is cut; `u64::MAX` ends the proxy.
    cuts: watch::Sender<u64>,
}

/// A proxy in front of a server on this machine. It ends when dropped, and its connections with it.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Proxy {
    /// Starts one in front of a port, in good weather.
    pub fn start(to: u16, seed: u64) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").context("could not listen for a proxy")?;
        listener.set_nonblocking(true).context("could not prepare a proxy")?;
        let port = listener.local_addr().context("could not tell where a proxy listens")?.port();
        let shared = Arc::new(Shared {
            to: AtomicU16::new(to),
            doomed: AtomicU32::new(0),
            dice: Mutex::new(Dice::new(seed)),
            through: AtomicU64::new(0),
            broken: AtomicU64::new(0),
            room: Semaphore::new(CONNECTIONS),
            cuts: watch::Sender::new(0),
        });
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .context("could not prepare a proxy")?;
        let inside = Arc::clone(&shared);
        let thread = std::thread::spawn(move || runtime.block_on(take(listener, inside)));
        Ok(Self { port, shared, thread: Some(thread) })
    }

    /// Where it listens on this machine.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// New connections lead to another port from now on.
    pub fn lead_to(&self, port: u16) {
        self.shared.to.store(port, Ordering::Relaxed);
    }

    /// Of a hundred new connections so many are delayed and ended before their time; 0 is good weather.
    pub fn doom(&self, of_a_hundred: u32) {
        self.shared.doomed.store(of_a_hundred, Ordering::Relaxed);
    }

    /// Cuts everything that is open.
    pub fn cut(&self) {
        self.shared.cuts.send_modify(|cuts| *cuts += 1);
    }

    /// What happened so far.
    pub fn happened(&self) -> Happened {
        Happened {
            through: self.shared.through.load(Ordering::Relaxed),
            broken: self.shared.broken.load(Ordering::Relaxed),
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.cuts.send_replace(u64::MAX);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn roll(&self, end: u64) -> u64 {
        self.dice.lock().unwrap_or_else(PoisonError::into_inner).below(end)
    }

    fn fate(&self) -> Fate {
        if self.roll(100) >= u64::from(self.doomed.load(Ordering::Relaxed)) {
            return Fate { doom: None, delay_millis: 0 };
        }
        let doom = [Doom::Cut, Doom::Reset, Doom::Silence][self.roll(3) as usize];
        // as many short lives as long ones: a handshake is a few hundred bytes, an upload many thousand
        let bytes = BYTES >> self.roll(12);
        let life = Duration::from_millis(1 + self.roll(LIFE_MILLIS));
        Fate { doom: Some((doom, self.roll(bytes.max(1)), life)), delay_millis: self.roll(20) }
    }
}

async fn take(listener: TcpListener, shared: Arc<Shared>) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
    let mut cuts = shared.cuts.subscribe();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = cuts.changed() => {
                if *cuts.borrow_and_update() == u64::MAX { return } else { continue }
            }
        };
        if let Ok((client, _)) = accepted {
            let shared = Arc::clone(&shared);
            tokio::spawn(async move {
                let Ok(_room) = shared.room.acquire().await else { return };
                carry(client, &shared).await;
            });
        }
    }
}

/// Carries one connection to its end.
async fn carry(client: TcpStream, shared: &Shared) {
    let fate = shared.fate();
    let mut cuts = shared.cuts.subscribe();
    let to = SocketAddr::from(([127, 0, 0, 1], shared.to.load(Ordering::Relaxed)));
    let Ok(server) = TcpStream::connect(to).await else { return };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    shared.through.fetch_add(1, Ordering::Relaxed);
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let life = fate.doom.map_or(Duration::MAX, |(_, _, life)| life);
    let passed = AtomicU64::new(0);
    let ended = {
        let both = async {
            let there = pass(&mut from_client, &mut to_server, &fate, &passed, shared);
            let back = pass(&mut from_server, &mut to_client, &fate, &passed, shared);
            tokio::pin!(there, back);
            // an end of one way leaves the other open; doom does not
            tokio::select! {
                doom = &mut there => if doom.is_some() { doom } else { back.await },
                doom = &mut back => if doom.is_some() { doom } else { there.await },
            }
        };
        tokio::select! {
            doom = both => doom,
            () = long(life) => fate.doom.map(|(doom, ..)| doom),
            _ = cuts.changed() => Some(Doom::Cut),
        }
    };
    let Some(doom) = ended else { return };
    shared.broken.fetch_add(1, Ordering::Relaxed);
    if doom == Doom::Silence {
        let silence = Duration::from_millis(shared.roll(SILENCE_MILLIS));
        tokio::select! {
            () = tokio::time::sleep(silence) => {}
            _ = cuts.changed() => {}
        }
    }
    if doom != Doom::Cut {
        // a half that goes by itself says goodbye first
        for (from, to) in [(from_client, to_client), (from_server, to_server)] {
            if let Ok(whole) = from.reunite(to) {
                let _ = whole.set_zero_linger();
            }
        }
    }
}

async fn long(time: Duration) {
    if time == Duration::MAX { std::future::pending().await } else { tokio::time::sleep(time).await }
}

/// Passes one way on until it ends by itself, or by the connection's fate.
async fn pass(
    from: &mut OwnedReadHalf,
    to: &mut OwnedWriteHalf,
    fate: &Fate,
    passed: &AtomicU64,
    shared: &Shared,
) -> Option<Doom> {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let count = match from.read(&mut buffer).await {
            Ok(0) | Err(_) => {
                let _ = to.shutdown().await;
                return None;
            }
            Ok(count) => count,
        };
        if fate.delay_millis > 0 {
            tokio::time::sleep(Duration::from_millis(shared.roll(fate.delay_millis))).await;
        }
        if let Some((doom, bytes, _)) = fate.doom
            && passed.fetch_add(count as u64, Ordering::Relaxed) + count as u64 > bytes
        {
            if doom == Doom::Reset {
                let _ = to.write_all(&buffer[..count / 2]).await;
            }
            return Some(doom);
        }
        if to.write_all(&buffer[..count]).await.is_err() {
            return None;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};

    use super::{Happened, Proxy};

    /// Sends back what it is sent, to one after the other.
    fn echo() -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            for socket in listener.incoming() {
                std::thread::spawn(move || {
                    let mut socket = socket.unwrap();
                    let _ = std::io::copy(&mut socket.try_clone().unwrap(), &mut socket);
                });
            }
        });
        port
    }

    fn ask(port: u16, bytes: usize) -> std::io::Result<usize> {
        let mut socket = TcpStream::connect(("127.0.0.1", port))?;
        socket.write_all(&vec![7; bytes])?;
        socket.shutdown(std::net::Shutdown::Write)?;
        let mut back = Vec::new();
        socket.read_to_end(&mut back).map(|_| back.len())
    }

    #[test]
    fn in_good_weather_everything_passes() {
        let proxy = Proxy::start(echo(), 1).unwrap();
        assert_eq!(ask(proxy.port(), 100_000).unwrap(), 100_000);
        assert_eq!(proxy.happened(), Happened { through: 1, broken: 0 });
    }

    #[test]
    fn in_bad_weather_not_everything_does_and_then_it_does_again() {
        let proxy = Proxy::start(echo(), 2).unwrap();
        proxy.doom(100);
        let whole = (0..8).filter(|_| ask(proxy.port(), 400_000).is_ok_and(|back| back == 400_000)).count();
        assert_eq!(whole, 0, "each of them is doomed");
        assert_eq!(proxy.happened().broken, 8);
        proxy.doom(0);
        assert_eq!(ask(proxy.port(), 100_000).unwrap(), 100_000);
    }

    #[test]
    fn everything_open_is_cut_at_a_word() {
        let proxy = Proxy::start(echo(), 3).unwrap();
        let mut socket = TcpStream::connect(("127.0.0.1", proxy.port())).unwrap();
        socket.write_all(b"hello").unwrap();
        let mut five = [0; 5];
        socket.read_exact(&mut five).unwrap();
        proxy.cut();
        assert!(matches!(socket.read(&mut five), Ok(0) | Err(_)));
    }
}
