//! Deciding, before anything is touched, whether a method can be honored for a column and how.

use exeunt_base::{Cell, Kind, Secret};

use crate::check::{Check, Limits, Verdict, judge_all};
use crate::facts::{Dialect, Facts};
use crate::fake::{SHORTEST_MARK, invented, resolve};
use crate::fixed::{self, Misfit};
use crate::key::MaskKey;
use crate::masker::{Masker, Recipe};
use crate::method::{Coarseness, FakeKind, Method, Scalar, Spread};
use crate::refusal::{Note, Reason, Refusal};
use crate::stand_in::{Reach, stand_in};
use crate::token::{ENOUGH_BITS, Shape, Style, shape_for};

impl Masker {
    /// Makes a method ready for a column, or says why it cannot be honored there.
    ///
    /// `veil` must not be asked for columns that refer to other rows: its tokens lead nowhere.
    pub fn plan(method: &Method, facts: &Facts) -> Result<Self, Refusal> {
        let checks = facts.read_checks();
        // citext is text that compares without case: everything we write there is plain ASCII
        let kind = match &facts.kind {
            Kind::Other(name) if name == "citext" => Kind::Text { max: None },
            kind => kind.clone(),
        };
        let limits = facts.limits(&checks);
        let mut planner = Planner { method, facts, kind, checks, limits, notes: Vec::new() };
        let recipe = planner.recipe()?;
        let fallback = planner.fallback(&recipe)?;
        let Planner { kind, checks, notes, .. } = planner;
        Ok(Self { recipe, kind, unique: facts.unique, checks, fallback, notes })
    }
}

struct Planner<'a> {
    method: &'a Method,
    facts: &'a Facts,
    kind: Kind,
    checks: Vec<Check>,
    limits: Limits,
    notes: Vec<Note>,
}

impl Planner<'_> {
    fn refuse<T>(&self, reason: Reason, suggestion: &str) -> Result<T, Refusal> {
        let escaped = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
        Err(Refusal {
            column: self.facts.name.chars().take(120).map(escaped).collect(),
            method: self.method.to_string(),
            reason,
            suggestion: suggestion.to_owned(),
        })
    }

    fn wrong_kind<T>(&self, suggestion: &str) -> Result<T, Refusal> {
        self.refuse(Reason::WrongKind(self.kind.word().to_owned()), suggestion)
    }

    fn note(&mut self, note: Note) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    fn note_verdict(&mut self, verdict: Verdict) {
        if verdict == Verdict::Unknown {
            self.note(Note::CheckUnknown);
        }
    }

    fn takes_null(&self) -> bool {
        self.facts.nullable && judge_all(&self.checks, &Cell::Null, &self.kind) != Verdict::Fails
    }

    /// What else would do, for refusals about sameness and missing values.
    fn instead(&self) -> &'static str {
        match (self.takes_null(), self.facts.unique) {
            (true, _) => "use `null`",
            (false, true) => "use `pseudonym` or `hash`, or delete the row",
            (false, false) => "use `redact`, `fixed` or `pseudonym`",
        }
    }

    fn recipe(&mut self) -> Result<Recipe, Refusal> {
        if *self.method == Method::Keep {
            return Ok(Recipe::Keep);
        }
        if self.facts.generated {
            return self.refuse(Reason::Generated, "anonymize the columns it is computed from");
        }
        match self.method {
            Method::Keep => Ok(Recipe::Keep),
            Method::Null => self.null(),
            Method::Redact => self.redact(),
            Method::Fixed(value) => self.fixed(value),
            Method::Hash => self.token(Style::Hash),
            Method::Pseudonym => self.token(Style::Pseudonym),
            Method::Generalize(how) => self.generalize(*how),
            Method::TruncateIp => {
                self.no_meeting()?;
                match self.kind {
                    Kind::Inet | Kind::Text { .. } | Kind::Any => Ok(Recipe::TruncateIp),
                    _ => self.wrong_kind("use it on network addresses"),
                }
            }
            Method::Partial { keep_start, keep_end } => {
                self.no_meeting()?;
                self.note(Note::PartsRemain);
                match self.kind {
                    Kind::Text { .. } | Kind::Any => {
                        Ok(Recipe::Partial { keep_start: *keep_start, keep_end: *keep_end })
                    }
                    _ => self.wrong_kind("use it on text, or use `redact`"),
                }
            }
            Method::Shuffle => {
                self.no_meeting()?;
                self.note(Note::ShuffleKeepsValues);
                Ok(Recipe::Shuffle)
            }
            Method::Noise { by } => self.noise(*by),
            Method::Fake(kind) => self.fake(*kind),
            Method::Veil => self.veil(),
        }
    }

    fn null(&mut self) -> Result<Recipe, Refusal> {
        if !self.takes_null() {
            return self.refuse(Reason::NotNull, self.instead());
        }
        self.note_verdict(judge_all(&self.checks, &Cell::Null, &self.kind));
        Ok(Recipe::Write { cell: Cell::Null, over_null: true })
    }

    fn redact(&mut self) -> Result<Recipe, Refusal> {
        self.no_meeting()?;
        if self.kind == Kind::Any && self.checks.is_empty() {
            return Ok(Recipe::Neutralize);
        }
        match self.stand_in(Reach::Neutral) {
            Some(cell) => Ok(Recipe::Write { cell, over_null: false }),
            None if matches!(self.kind, Kind::Enum(_) | Kind::Other(_)) => self.refuse(
                Reason::NothingNeutral(self.kind.word().to_owned()),
                "use `null`, or `fixed` with one of its values",
            ),
            None => self.refuse(Reason::Check, "use `null`, or `fixed` with a value the check takes"),
        }
    }

    fn stand_in(&mut self, reach: Reach) -> Option<Cell> {
        let found = stand_in(self.facts, &self.kind, &self.limits, &self.checks, reach);
        let (cell, verdict) = found?;
        self.note_verdict(verdict);
        Some(cell)
    }

    fn fixed(&mut self, value: &Scalar) -> Result<Recipe, Refusal> {
        self.no_meeting()?;
        let cell = match fixed::cell(value, self.facts, &self.kind) {
            Ok(cell) => cell,
            Err(Misfit::NotOfKind) => {
                let kind = self.kind.word().to_owned();
                return self.refuse(Reason::NotOfKind(kind), "write a value of the column's type");
            }
            Err(Misfit::TooLong) => {
                let longest = self.limits.longest.unwrap_or(u32::MAX);
                return self.refuse(Reason::TooLong { longest }, "write a shorter value");
            }
            Err(Misfit::OutOfRange) => return self.refuse(Reason::OutOfRange, "write a value within it"),
            Err(Misfit::NotInList) => {
                let Kind::Enum(words) = &self.kind else {
                    return self.refuse(Reason::OutOfRange, "write another");
                };
                return self.refuse(Reason::NotInList(words.clone()), "write one of them");
            }
        };
        match judge_all(&self.checks, &cell, &self.kind) {
            Verdict::Fails => self.refuse(Reason::Check, "write a value the check takes"),
            verdict => {
                self.note_verdict(verdict);
                Ok(Recipe::Write { cell, over_null: true })
            }
        }
    }

    fn token(&mut self, style: Style) -> Result<Recipe, Refusal> {
        if let Some(shape) = self.shape(style) {
            return Ok(Recipe::Token { shape, purpose: "token" });
        }
        match (&self.kind, self.limits.longest) {
            (Kind::Text { .. }, Some(longest)) if longest < ENOUGH_BITS / 4 => {
                self.refuse(Reason::TooLong { longest }, self.instead_of_token())
            }
            (Kind::Text { .. } | Kind::Any, _) => self.refuse(Reason::Check, self.instead_of_token()),
            (Kind::Integer { .. } | Kind::Decimal { .. }, _) => {
                self.refuse(Reason::TooFewValues, self.instead_of_token())
            }
            (Kind::Real | Kind::Uuid | Kind::Inet | Kind::Json | Kind::Bytes | Kind::Timestamp { .. }, _) => {
                self.refuse(Reason::Check, self.instead_of_token())
            }
            _ => self.wrong_kind(self.instead_of_token()),
        }
    }

    fn instead_of_token(&self) -> &'static str {
        match (self.takes_null(), self.facts.unique, &self.kind) {
            (true, ..) => "use `null`",
            (false, true, _) => "delete the row instead",
            (false, false, Kind::Date) => "use `generalize` or `redact`",
            (false, false, Kind::Enum(_)) => "use `fixed` with one of its values",
            _ => "use `redact` or `fixed`",
        }
    }

    fn shape(&mut self, style: Style) -> Option<Shape> {
        let (shape, verdict) = shape_for(style, self.facts, &self.kind, &self.limits, &self.checks)?;
        self.note_verdict(verdict);
        if self.facts.unique && matches!(shape, Shape::Whole { mirrored: false, .. } | Shape::Decimal { .. })
        {
            self.note(Note::MayMeetLiving);
        }
        Some(shape)
    }

    fn generalize(&mut self, how: Coarseness) -> Result<Recipe, Refusal> {
        self.no_meeting()?;
        let dated = self.facts.dialect == Dialect::Sqlite || self.facts.is_about(&["date", "birth"]);
        let fits = match (how, &self.kind) {
            (Coarseness::Day, Kind::Date) => false,
            (Coarseness::Year | Coarseness::Month | Coarseness::Day, kind) => match kind {
                Kind::Date | Kind::Timestamp { .. } | Kind::Any => true,
                Kind::Text { .. } => dated,
                _ => false,
            },
            (Coarseness::Prefix(_), kind) => matches!(kind, Kind::Text { .. } | Kind::Any),
            (Coarseness::Band(_), kind) => {
                matches!(kind, Kind::Integer { .. } | Kind::Decimal { .. } | Kind::Real | Kind::Any)
            }
        };
        if fits {
            return Ok(Recipe::Generalize(how));
        }
        self.wrong_kind(match self.kind {
            Kind::Text { .. } => "use `generalize: prefix:N`, `redact` or `null`",
            Kind::Date | Kind::Timestamp { .. } => "use `generalize: month` or `generalize: year`",
            Kind::Integer { .. } | Kind::Decimal { .. } | Kind::Real => "use `generalize: band:N`",
            Kind::Inet => "use `truncate_ip`",
            _ => "use `redact` or `null`",
        })
    }

    fn noise(&mut self, by: Spread) -> Result<Recipe, Refusal> {
        self.no_meeting()?;
        let fits = match (by, &self.kind) {
            (Spread::Days(_), kind) => match kind {
                Kind::Date | Kind::Timestamp { .. } | Kind::Any => true,
                Kind::Text { .. } => self.facts.dialect == Dialect::Sqlite,
                _ => false,
            },
            (_, kind) => matches!(kind, Kind::Integer { .. } | Kind::Decimal { .. } | Kind::Real | Kind::Any),
        };
        if fits {
            return Ok(Recipe::Noise(by));
        }
        self.wrong_kind(match self.kind {
            Kind::Date | Kind::Timestamp { .. } => "give noise in days, such as `30d`",
            Kind::Integer { .. } | Kind::Decimal { .. } | Kind::Real => "give noise as `10%` or an amount",
            _ => "use `redact` or `null`",
        })
    }

    fn fake(&mut self, kind: FakeKind) -> Result<Recipe, Refusal> {
        if !matches!(self.kind, Kind::Text { .. } | Kind::Any) {
            return self.wrong_kind("use `noise`, `redact` or `null`");
        }
        let kind = resolve(kind, self.facts);
        let longest = self.limits.longest;
        let needed = match (self.facts.unique, kind) {
            (false, _) => 1,
            (true, FakeKind::Email) => SHORTEST_MARK + 15,
            (true, _) => SHORTEST_MARK,
        };
        if let Some(longest) = longest.filter(|longest| *longest < needed) {
            return self.refuse(Reason::TooLong { longest }, self.instead());
        }
        let key = MaskKey::new(&Secret::new([0; 32]));
        for sample in ["a", "b", "c", "d"] {
            let sample = invented(&key, kind, self.facts.unique, longest, &Cell::text(sample));
            match judge_all(&self.checks, &Cell::Text(sample), &self.kind) {
                Verdict::Fails => {
                    return self.refuse(Reason::Check, "use another kind of `fake`, or `redact`");
                }
                verdict => self.note_verdict(verdict),
            }
        }
        Ok(Recipe::Fake { kind, longest })
    }

    /// NULL where it may be; unique tokens for text and for whatever must stay unique; else a value that fits.
    fn veil(&mut self) -> Result<Recipe, Refusal> {
        if self.takes_null() {
            return self.null();
        }
        let textual = matches!(self.kind, Kind::Text { .. } | Kind::Uuid);
        if (textual || self.facts.unique)
            && let Some(shape) = self.shape(Style::Veil)
        {
            return Ok(Recipe::Token { shape, purpose: "veil" });
        }
        if self.facts.unique {
            return self.refuse(Reason::TooFewValues, "let the row be deleted at once instead of hidden");
        }
        match self.stand_in(Reach::AnythingThatFits) {
            Some(cell) => Ok(Recipe::Write { cell, over_null: false }),
            None => self.refuse(Reason::Check, "let the row be deleted at once instead of hidden"),
        }
    }

    /// Refuses methods whose results meet, where values must differ.
    fn no_meeting(&self) -> Result<(), Refusal> {
        if self.facts.unique { self.refuse(Reason::Unique, self.instead()) } else { Ok(()) }
    }

    /// What stands in for values that cannot be read or whose result a check refuses.
    fn fallback(&mut self, recipe: &Recipe) -> Result<Option<Cell>, Refusal> {
        let may_fail_to_read = match recipe {
            Recipe::Keep | Recipe::Write { .. } => return Ok(None),
            Recipe::Neutralize | Recipe::Token { .. } | Recipe::Fake { .. } => false,
            _ => true,
        };
        // shuffled values were all taken before; other results are new to the column, and known only row by row
        let taken_before = matches!(recipe, Recipe::Shuffle);
        if may_fail_to_read && !taken_before && !self.checks.iter().all(Check::is_understood) {
            self.note(Note::CheckUnknown);
        }
        if self.takes_null() {
            return Ok(Some(Cell::Null));
        }
        if self.facts.unique {
            return Ok(None);
        }
        let found = stand_in(self.facts, &self.kind, &self.limits, &self.checks, Reach::AnythingThatFits);
        match found {
            Some((cell, _)) => {
                if may_fail_to_read {
                    self.note(Note::UnreadableSuppressed);
                }
                Ok(Some(cell))
            }
            None if may_fail_to_read => {
                self.refuse(Reason::NoFallback, "use `fixed` with a value the column takes")
            }
            None => Ok(None),
        }
    }
}
