//! The processes of the service: killed and started again, as a supervisor does.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::a_moment;
use crate::place::Place;

/// Lines of what they said that are kept.
const LINES: usize = 400;

struct Member {
    role: &'static str,
    child: Child,
}

/// All of them.
pub(crate) struct Crew<'a> {
    place: &'a Place,
    members: Vec<Member>,
    said: Arc<Mutex<Vec<String>>>,
    deaths: u32,
}

/// What became of them.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) deaths: u32,
    pub(crate) panics: Vec<String>,
}

impl<'a> Crew<'a> {
    pub(crate) fn start(place: &'a Place, roles: &[&'static str]) -> Self {
        let mut crew = Self { place, members: Vec::new(), said: Arc::default(), deaths: 0 };
        for role in roles {
            let child = crew.spawn(role);
            crew.members.push(Member { role, child });
        }
        crew
    }

    fn spawn(&self, role: &str) -> Child {
        let listen = format!("127.0.0.1:{}", self.place.api);
        let mut args = vec!["serve", "--role", role];
        if role != "worker" {
            args.extend(["--listen", &listen]);
        }
        let mut command = self.place.command(&args);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let (lines, said) = (BufReader::new(child.stderr.take().unwrap()).lines(), Arc::clone(&self.said));
        let pid = child.id();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let mut said = said.lock().unwrap();
                if said.len() >= LINES {
                    // a panic is never forgotten
                    let oldest = said.iter().position(|line| !line.contains("panicked")).unwrap_or(0);
                    said.remove(oldest);
                }
                said.push(format!("{pid}: {line}"));
            }
        });
        child
    }

    pub(crate) fn place(&self) -> &'a Place {
        self.place
    }

    pub(crate) fn len(&self) -> usize {
        self.members.len()
    }

    pub(crate) fn pid(&self, place: usize) -> u32 {
        self.members[place].child.id()
    }

    /// Kills one with `kill -9`, and starts it again.
    pub(crate) fn kill(&mut self, place: usize) {
        let member = &mut self.members[place];
        let _ = member.child.kill();
        let _ = member.child.wait();
        self.deaths += 1;
        self.members[place].child = self.spawn(self.members[place].role);
    }

    /// Starts again whoever ended, as one does that cannot reach its store at its start.
    pub(crate) fn look_after(&mut self) {
        for place in 0..self.members.len() {
            if self.members[place].child.try_wait().unwrap().is_some() {
                self.members[place].child = self.spawn(self.members[place].role);
            }
        }
    }

    /// What they said lately.
    pub(crate) fn said(&self) -> String {
        self.said.lock().unwrap().join("\n")
    }

    /// Tells all of them to end, and waits until they have.
    pub(crate) fn end(mut self) -> Told {
        for member in &self.members {
            let pid = member.child.id().to_string();
            assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        }
        let asked = Instant::now();
        for member in &mut self.members {
            while member.child.try_wait().unwrap().is_none() {
                let said = self.said.lock().unwrap().join("\n");
                assert!(asked.elapsed() < Duration::from_secs(20), "it does not end:\n{said}");
                a_moment(20);
            }
        }
        let mut panics = self.said.lock().unwrap().clone();
        panics.retain(|line| line.contains("panicked"));
        Told { deaths: self.deaths, panics }
    }
}

impl Drop for Crew<'_> {
    fn drop(&mut self) {
        for member in &mut self.members {
            let _ = member.child.kill();
            let _ = member.child.wait();
        }
    }
}
