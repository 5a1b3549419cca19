//! Reading a policy file, line by line.

use std::str::FromStr;

use crate::note::{Algorithm, VerifyingKey};
use crate::policy::{Error, Group, Known, MOST, Policy, Rule};

/// The quorum that wants nobody.
pub(super) const NONE: &str = "none";

impl FromStr for Policy {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let mut policy =
            Self { logs: Vec::new(), witnesses: Vec::new(), groups: Vec::new(), quorum: Rule::Nobody };
        let mut quorum = None;
        for (text, line) in text.split('\n').zip(1..) {
            let bad = |why| Error::BadLine { line, why };
            if text.bytes().any(|byte| (byte < b' ' && byte != b'\t') || byte == 0x7f) {
                return Err(bad("there is a control character in it"));
            }
            let words: Vec<&str> = text.split([' ', '\t']).filter(|word| !word.is_empty()).collect();
            match words.as_slice() {
                [] => {}
                [first, ..] if first.starts_with('#') => {}
                ["log", key, url @ ..] => policy.add_log(key, url).map_err(bad)?,
                ["witness", name, key, url @ ..] => policy.add_witness(name, key, url).map_err(bad)?,
                ["group", name, least, members @ ..] => {
                    policy.add_group(name, least, members).map_err(bad)?
                }
                ["quorum", _] if quorum.is_some() => return Err(bad("there is a quorum already")),
                ["quorum", name] if *name == NONE => quorum = Some(Rule::Nobody),
                ["quorum", name] => {
                    quorum = Some(policy.rule(name).ok_or_else(|| bad("nothing before it has that name"))?);
                }
                _ => return Err(bad("it is neither of a log, nor a witness, nor a group, nor the quorum")),
            }
        }
        policy.quorum = quorum.ok_or(Error::NoQuorum)?;
        Ok(policy)
    }
}

fn known(key: &str, url: &[&str], wanted: Algorithm) -> Result<Known, &'static str> {
    let key: VerifyingKey = key.parse().map_err(|_| "that is no key of a form known here")?;
    if key.algorithm() != wanted {
        return Err("that key is of the other kind: a log's is no witness's");
    }
    match url {
        [] => Ok(Known { key, url: None }),
        [url] => Ok(Known { key, url: Some((*url).to_owned()) }),
        _ => Err("there is more after the address"),
    }
}

fn repeats<'a>(mut others: impl Iterator<Item = &'a Known>, new: &Known) -> bool {
    others.any(|other| other.key.material() == new.key.material())
}

impl Policy {
    fn rule(&self, name: &str) -> Option<Rule> {
        let witness = self.witnesses.iter().position(|(known, _)| known == name).map(Rule::Witness);
        witness.or_else(|| self.groups.iter().position(|group| group.name == name).map(Rule::Group))
    }

    fn add_log(&mut self, key: &str, url: &[&str]) -> Result<(), &'static str> {
        let new = known(key, url, Algorithm::Ed25519)?;
        if repeats(self.logs.iter(), &new) {
            return Err("that key is there already");
        }
        self.logs.push(new);
        if self.logs.len() > MOST { Err("there are too many logs") } else { Ok(()) }
    }

    fn add_witness(&mut self, name: &str, key: &str, url: &[&str]) -> Result<(), &'static str> {
        self.must_be_new(name)?;
        let new = known(key, url, Algorithm::Cosignature)?;
        if repeats(self.witnesses.iter().map(|(_, known)| known), &new) {
            return Err("that key is there already");
        }
        self.witnesses.push((name.to_owned(), new));
        if self.witnesses.len() > MOST { Err("there are too many witnesses") } else { Ok(()) }
    }

    fn add_group(&mut self, name: &str, least: &str, members: &[&str]) -> Result<(), &'static str> {
        self.must_be_new(name)?;
        let mut rules: Vec<Rule> = Vec::new();
        for member in members {
            let rule = self.rule(member).ok_or("nothing before it has the name of a member")?;
            let taken =
                rules.contains(&rule) || self.groups.iter().any(|group| group.members.contains(&rule));
            if taken {
                return Err("a member is in a group already, and would count twice");
            }
            rules.push(rule);
        }
        let least = match least {
            "any" => 1,
            "all" => rules.len(),
            number => number.parse().map_err(|_| "how many is a number, `any` or `all`")?,
        };
        if !(1..=rules.len()).contains(&least) {
            return Err("it wants none of its members, or more than it has");
        }
        self.groups.push(Group { name: name.to_owned(), least, members: rules });
        if self.groups.len() > MOST { Err("there are too many groups") } else { Ok(()) }
    }

    fn must_be_new(&self, name: &str) -> Result<(), &'static str> {
        if name == NONE || self.rule(name).is_some() { Err("that name is taken") } else { Ok(()) }
    }
}
