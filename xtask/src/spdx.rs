//! License expressions: `MIT OR (Apache-2.0 WITH LLVM-exception AND ISC)`, and the old `MIT/Apache-2.0`.

use anyhow::{Result, bail};

/// Whether somebody who may take the licenses of `allowed` (and no other) may take this one.
pub(crate) fn may_take(expression: &str, allowed: &[String]) -> Result<bool> {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let mut words = Words { words: spaced.split_whitespace().collect(), next: 0 };
    let answer = words.any(allowed)?;
    match words.peek() {
        None => Ok(answer),
        Some(word) => bail!("could not read the license `{expression}`: `{word}` stands in the way"),
    }
}

struct Words<'a> {
    words: Vec<&'a str>,
    next: usize,
}

impl Words<'_> {
    fn peek(&self) -> Option<&str> {
        self.words.get(self.next).copied()
    }

    fn skip(&mut self, word: &str) -> bool {
        let here = self.peek() == Some(word);
        self.next += usize::from(here);
        here
    }

    fn any(&mut self, allowed: &[String]) -> Result<bool> {
        let mut answer = self.all(allowed)?;
        while self.skip("OR") {
            answer |= self.all(allowed)?;
        }
        Ok(answer)
    }

    fn all(&mut self, allowed: &[String]) -> Result<bool> {
        let mut answer = self.one(allowed)?;
        while self.skip("AND") {
            answer &= self.one(allowed)?;
        }
        Ok(answer)
    }

    fn one(&mut self, allowed: &[String]) -> Result<bool> {
        if self.skip("(") {
            let answer = self.any(allowed)?;
            if !self.skip(")") {
                bail!("could not read a license: a parenthesis is left open");
            }
            return Ok(answer);
        }
        let Some(name) = self.peek().map(str::to_owned) else {
            bail!("could not read a license: it ends early")
        };
        self.next += 1;
        let mut name = name;
        if self.skip("WITH") {
            let Some(exception) = self.peek() else { bail!("could not read a license: it ends after WITH") };
            name = format!("{name} WITH {exception}");
            self.next += 1;
        }
        Ok(allowed.contains(&name))
    }
}

#[cfg(test)]
mod tests {
    use super::may_take;

    #[test]
    fn expressions_are_weighed_as_they_are_written() {
        let allowed: Vec<String> = ["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"].map(String::from).into();
        let cases = [
            ("MIT", true),
            ("GPL-3.0", false),
            ("GPL-3.0 OR MIT", true),
            ("GPL-3.0/MIT", true),
            ("MIT AND GPL-3.0", false),
            ("MIT AND (GPL-3.0 OR ISC)", true),
            ("(MIT AND GPL-3.0) OR ISC", true),
            ("GPL-3.0 OR MIT AND ISC", true),
            ("Apache-2.0", false),
            ("Apache-2.0 WITH LLVM-exception", true),
        ];
        for (expression, expected) in cases {
            assert_eq!(may_take(expression, &allowed).unwrap(), expected, "{expression}");
        }
        assert!(may_take("MIT OR", &allowed).is_err());
        assert!(may_take("(MIT", &allowed).is_err());
        assert!(may_take("MIT ISC", &allowed).is_err());
    }
}
