//! Somebody's own system that is told by a webhook: a small HTTP server that keeps every call as it came and answers as a test says.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use exeunt_outbound::Internal;
use serde_json::{Value, json};

/// A call as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) line: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

impl Call {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no {name}: {self:?}"))
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// Whether the receiver of the documentation, in Python, takes it for ours.
    pub(crate) fn is_verified_in_python(&self, secret: &str) -> bool {
        let program = format!(
            "{}\nimport json, sys\ngiven = json.load(sys.stdin)\n\
             print(verify(given['secret'], given['headers'], given['body'].encode(), given['now']))",
            example("python")
        );
        self.asked("python3", &["-c", &program], secret) == "True"
    }

    /// The same in JavaScript. `cargo xtask prepare` installs what runs it.
    pub(crate) fn is_verified_in_javascript(&self, secret: &str) -> bool {
        let program = format!(
            "{}\nimport {{ readFileSync }} from 'node:fs';\nconst given = JSON.parse(readFileSync(0));\n\
             console.log(verify(given.secret, given.headers, Buffer.from(given.body), given.now));",
            example("js")
        );
        self.asked("node", &["--input-type=module", "-e", &program], secret) == "true"
    }

    fn asked(&self, program: &str, arguments: &[&str], secret: &str) -> String {
        let now: i64 = self.header("webhook-timestamp").parse().unwrap();
        let given = json!({ "secret": secret, "headers": self.headers, "body": self.body, "now": now + 1 });
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(given.to_string().as_bytes()).unwrap();
        let answer = child.wait_with_output().unwrap();
        assert!(answer.status.success(), "{program}: {}", answer.status);
        String::from_utf8(answer.stdout).unwrap().trim().to_owned()
    }
}

/// A block of code of the documentation.
fn example(language: &str) -> String {
    let page = include_str!("../../../../docs/webhooks.md");
    let (_, rest) = page.split_once(&format!("```{language}\n")).unwrap();
    rest.split_once("```").unwrap().0.to_owned()
}

/// The server. It ends when dropped.
pub(crate) struct Receiver {
    at: SocketAddr,
    heard: Arc<Mutex<Vec<Call>>>,
    replies: Arc<Mutex<VecDeque<String>>>,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Receiver {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = listener.local_addr().unwrap();
        let (heard, replies, over) = (Arc::default(), Arc::default(), Arc::<AtomicBool>::default());
        let (calls, answers, ends) = (Arc::clone(&heard), Arc::clone(&replies), Arc::clone(&over));
        let thread = std::thread::spawn(move || {
            // calls that are never answered stay open until the end
            let mut open = Vec::new();
            for socket in listener.incoming() {
                if ends.load(Ordering::SeqCst) {
                    break;
                }
                open.extend(serve(socket.unwrap(), &calls, &answers));
            }
        });
        Self { at, heard, replies, over, thread: Some(thread) }
    }

    /// Where it is.
    pub(crate) fn address(&self) -> String {
        format!("http://{}/hook?of=acme", self.at)
    }

    /// Its place, as an operator names it.
    pub(crate) fn place(&self) -> Internal {
        Internal::parse(&format!("http://{}", self.at)).unwrap()
    }

    /// The next answer: a status with further headers, or `hang` for none at all. Without any it is 200.
    pub(crate) fn answers(&self, next: &[&str]) {
        self.replies.lock().unwrap().extend(next.iter().map(|reply| (*reply).to_owned()));
    }

    /// What came since it was asked last.
    pub(crate) fn heard(&self) -> Vec<Call> {
        std::mem::take(&mut self.heard.lock().unwrap())
    }

    /// Whether something came.
    pub(crate) fn has_heard(&self) -> bool {
        !self.heard.lock().unwrap().is_empty()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.at);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Answers a call, or gives the socket back that waits for ever.
fn serve(
    mut socket: TcpStream,
    heard: &Mutex<Vec<Call>>,
    replies: &Mutex<VecDeque<String>>,
) -> Option<TcpStream> {
    let mut reader = BufReader::new(socket.try_clone().unwrap());
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    let mut headers = BTreeMap::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).unwrap();
        let Some((name, value)) = header.trim_end().split_once(": ") else { break };
        headers.insert(name.to_lowercase(), value.to_owned());
    }
    let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let body = String::from_utf8(body).unwrap();
    let reply = replies.lock().unwrap().pop_front().unwrap_or_else(|| String::from("200 OK"));
    heard.lock().unwrap().push(Call { line: line.trim_end().to_owned(), headers, body });
    if reply == "hang" {
        return Some(socket);
    }
    let answer = format!("HTTP/1.1 {reply}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    let _ = socket.write_all(answer.as_bytes());
    None
}
