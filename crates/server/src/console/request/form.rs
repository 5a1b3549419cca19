//! Forms of acts: their fields, what was typed, and what is wrong with it. Nothing typed is lost when an act is refused.

use crate::console::form::Fields;

/// A form as the page shows it.
pub(crate) struct Form {
    /// Where it is sent.
    pub(crate) action: String,
    /// Its key, for ids within the page.
    pub(crate) key: String,
    pub(crate) heading: &'static str,
    /// What will happen.
    pub(crate) says: String,
    pub(crate) fields: Vec<Field>,
    pub(crate) button: String,
    /// Whether the act destroys or ends something.
    pub(crate) danger: bool,
    /// Whether it asks for the second factor where that was shown long ago.
    pub(crate) code: bool,
    /// Whether it stands open: what was typed waits there.
    pub(crate) open: bool,
}

/// A field.
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    pub(crate) hint: String,
    pub(crate) kind: Kind,
    pub(crate) value: String,
    pub(crate) required: bool,
    /// What is wrong with it.
    pub(crate) flaw: Option<String>,
}

/// What is typed into it.
pub(crate) enum Kind {
    Line,
    Text,
    /// A number from, to.
    Number(u32, u32),
    Day,
    Moment,
    /// One of these.
    Choice(Vec<Choice>),
    /// Any of these.
    Ticks(Vec<Choice>),
}

/// One to choose.
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) label: String,
    pub(crate) chosen: bool,
}

impl Choice {
    pub(crate) fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into(), chosen: false }
    }

    pub(crate) fn chosen(mut self) -> Self {
        self.chosen = true;
        self
    }
}

impl Form {
    pub(crate) fn new(action: String, key: &str, heading: &'static str, says: &str, button: &str) -> Self {
        Self {
            action,
            key: key.to_owned(),
            heading,
            says: says.to_owned(),
            fields: Vec::new(),
            button: button.to_owned(),
            danger: false,
            code: false,
            open: false,
        }
    }

    pub(crate) fn with(mut self, field: Field) -> Self {
        self.fields.push(field);
        self
    }

    pub(crate) fn dangerous(mut self) -> Self {
        self.danger = true;
        self
    }

    pub(crate) fn asks_code(mut self) -> Self {
        self.code = true;
        self
    }

    /// What was typed is put back, and the form stands open. Says the place of the field that is wrong: the one that is named, or
    /// one that was left empty and must not be.
    pub(crate) fn refill(&mut self, typed: &Fields, flaw: Option<(&str, String)>) -> String {
        self.open = true;
        let empty = self.fields.iter().find(|field| {
            field.required
                && matches!(field.kind, Kind::Line | Kind::Text)
                && typed.text(field.name).is_empty()
        });
        let flaw = flaw.or_else(|| Some((empty?.name, String::from("Fill this in."))));
        let at = flaw.as_ref().map(|(name, _)| format!("{}-{name}", self.key)).unwrap_or_default();
        for field in &mut self.fields {
            match &mut field.kind {
                Kind::Choice(choices) | Kind::Ticks(choices) => {
                    for choice in choices {
                        choice.chosen = typed.all(field.name).any(|value| value == choice.value);
                    }
                }
                _ => field.value = typed.raw(field.name).to_owned(),
            }
            if let Some((name, why)) = &flaw
                && *name == field.name
            {
                field.flaw = Some(why.clone());
            }
        }
        at
    }
}

impl Field {
    fn new(name: &'static str, label: &'static str, hint: &str, kind: Kind) -> Self {
        Self { name, label, hint: hint.to_owned(), kind, value: String::new(), required: true, flaw: None }
    }

    pub(crate) fn line(name: &'static str, label: &'static str, hint: &str) -> Self {
        Self::new(name, label, hint, Kind::Line)
    }

    pub(crate) fn text(name: &'static str, label: &'static str, hint: &str) -> Self {
        Self::new(name, label, hint, Kind::Text)
    }

    pub(crate) fn number(name: &'static str, label: &'static str, hint: &str, from: u32, to: u32) -> Self {
        Self::new(name, label, hint, Kind::Number(from, to))
    }

    pub(crate) fn day(name: &'static str, label: &'static str, hint: &str) -> Self {
        Self::new(name, label, hint, Kind::Day)
    }

    pub(crate) fn moment(name: &'static str, label: &'static str, hint: &str) -> Self {
        Self::new(name, label, hint, Kind::Moment)
    }

    pub(crate) fn choice(name: &'static str, label: &'static str, hint: &str, all: Vec<Choice>) -> Self {
        Self::new(name, label, hint, Kind::Choice(all))
    }

    pub(crate) fn ticks(name: &'static str, label: &'static str, hint: &str, all: Vec<Choice>) -> Self {
        Self::new(name, label, hint, Kind::Ticks(all))
    }

    /// The reason for something, as every act takes it.
    pub(crate) fn because(hint: &str) -> Self {
        Self::line("because", "Reason", hint)
    }

    pub(crate) fn optional(mut self) -> Self {
        self.required = false;
        self
    }
}
