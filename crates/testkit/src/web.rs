//! A web server that answers whatever a test says, and a call to one. HTTP on this machine, one call a connection.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use anyhow::{Context, Result};

/// What was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The method.
    pub method: String,
    /// The path with what follows it.
    pub path: String,
    /// The header `Authorization`.
    pub authorization: Option<String>,
    /// The body, as text.
    pub body: String,
    /// The body, as it came.
    pub bytes: Vec<u8>,
}

/// What is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// Headers, with lower-case names.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl Reply {
    /// JSON.
    pub fn json(body: impl Into<String>) -> Self {
        let headers = vec![(String::from("content-type"), String::from("application/json"))];
        Self { status: 200, headers, body: body.into() }
    }

    /// Nothing but a status.
    pub fn status(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: String::new() }
    }

    /// A header.
    pub fn header(&self, name: &str) -> Option<String> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }
}

/// A server. It ends when dropped.
#[derive(Debug)]
pub struct Web {
    at: SocketAddr,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Web {
    /// Starts one that answers as told. It is told its own port.
    pub fn start(answer: impl Fn(u16, &Asked) -> Reply + Send + 'static) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").context("could not listen")?;
        let at = listener.local_addr().context("could not tell where it listens")?;
        let over = Arc::new(AtomicBool::new(false));
        let ends = Arc::clone(&over);
        let thread = std::thread::spawn(move || {
            for socket in listener.incoming() {
                if ends.load(Ordering::Relaxed) {
                    break;
                }
                // whoever hangs up gets no answer
                if let Ok(mut socket) = socket
                    && let Ok(asked) = hear(&socket)
                {
                    let _ = say(&mut socket, &answer(at.port(), &asked));
                }
            }
        });
        Ok(Self { at, over, thread: Some(thread) })
    }

    /// Its port on this machine.
    pub fn port(&self) -> u16 {
        self.at.port()
    }
}

impl Drop for Web {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(self.at);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn head(reader: &mut impl BufRead) -> Result<(String, Vec<(String, String)>)> {
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    Ok((first.trim_end().to_owned(), headers))
}

fn find(headers: &[(String, String)], name: &str) -> Option<String> {
    headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
}

fn hear(socket: &TcpStream) -> Result<Asked> {
    let mut reader = BufReader::new(socket);
    let (first, headers) = head(&mut reader)?;
    let mut words = first.split(' ').map(str::to_owned);
    let (method, path) = (words.next().unwrap_or_default(), words.next().context("no path")?);
    let length = find(&headers, "content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut bytes = vec![0; length];
    reader.read_exact(&mut bytes)?;
    let body = String::from_utf8_lossy(&bytes).into_owned();
    Ok(Asked { method, path, authorization: find(&headers, "authorization"), body, bytes })
}

fn say(socket: &mut TcpStream, reply: &Reply) -> Result<()> {
    let headers: String = reply.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let (status, length) = (reply.status, reply.body.len());
    let text =
        format!("HTTP/1.1 {status} x\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n");
    socket.write_all(text.as_bytes())?;
    socket.write_all(reply.body.as_bytes())?;
    Ok(socket.flush()?)
}

/// Calls a server on this machine.
pub fn ask(port: u16, method: &str, path: &str, kind: &str, body: &str) -> Result<Reply> {
    let mut socket = TcpStream::connect(("127.0.0.1", port)).context("nobody listens there")?;
    let length = body.len();
    write!(
        socket,
        "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\
         connection: close\r\n\r\n{body}"
    )?;
    let mut reader = BufReader::new(socket);
    let (first, headers) = head(&mut reader)?;
    let status = first.split(' ').nth(1).and_then(|word| word.parse().ok()).context("no status")?;
    let mut body = String::new();
    reader.read_to_string(&mut body)?;
    Ok(Reply { status, headers, body })
}
