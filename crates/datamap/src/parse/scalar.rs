//! Constants and tables: what a plain word means, and what is too ambiguous to guess.

use std::collections::BTreeMap;

use exeunt_base::Name;

use crate::model::{Scalar, TableName};
use crate::parse::entry::{Entry, is_null_word};
use crate::suggest::shown;
use crate::yaml::Value;

impl Entry<'_> {
    /// A constant. `NO`, `yes` and `on` are text; `true` and `false` are not; a number with a leading zero is refused,
    /// because readers of YAML do not agree on it.
    pub(super) fn scalar(&self) -> Option<Scalar> {
        let Value::Scalar { text, plain } = &self.node.value else {
            self.wrong("a single value is expected here", None);
            return None;
        };
        if !plain {
            return Some(Scalar::Text(text.clone()));
        }
        if text.is_empty() {
            self.wrong("a value is missing here", String::from("write `null` or `\"\"` if that is meant"));
            return None;
        }
        if is_null_word(text) {
            return Some(Scalar::Null);
        }
        match text.as_str() {
            "true" | "True" | "TRUE" => return Some(Scalar::Bool(true)),
            "false" | "False" | "FALSE" => return Some(Scalar::Bool(false)),
            _ => {}
        }
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        let numeric = digits.starts_with(|c: char| c.is_ascii_digit());
        let leading_zero = digits.len() > 1 && digits.starts_with('0') && digits.as_bytes()[1] != b'.';
        if numeric && leading_zero && digits.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            self.wrong(
                format!("`{}` could be a number or a text", shown(text)),
                format!("write \"{}\" with quotes if it is a text", shown(text)),
            );
            return None;
        }
        if let Ok(number) = text.parse::<i64>() {
            return Some(Scalar::Int(number));
        }
        let number = numeric
            && digits.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'-' | b'+'));
        if number && text.parse::<f64>().is_ok_and(f64::is_finite) {
            return Some(Scalar::Number(text.clone()));
        }
        Some(Scalar::Text(text.clone()))
    }

    /// Constants by column.
    pub(super) fn constants(&self) -> BTreeMap<Name, Scalar> {
        self.named().into_iter().filter_map(|(name, entry)| Some((name, entry.scalar()?))).collect()
    }

    /// A whole number of at least `least`.
    pub(super) fn count(&self, least: u64) -> Option<u64> {
        match self.scalar()? {
            Scalar::Int(number) if u64::try_from(number).is_ok_and(|number| number >= least) => {
                u64::try_from(number).ok()
            }
            _ => {
                self.wrong(format!("a whole number of at least {least} is expected here"), None);
                None
            }
        }
    }

    /// The same, small.
    pub(super) fn small_count(&self, least: u64) -> Option<u32> {
        let count = self.count(least)?;
        let small = u32::try_from(count).ok();
        if small.is_none() {
            self.wrong("the number is too large", None);
        }
        small
    }

    /// A table: `orders`, `public.orders`.
    pub(super) fn table(&self) -> Option<TableName> {
        let text = self.text()?;
        let table = TableName::parse(&text);
        if table.is_none() {
            let fix = "write `table` or `schema.table`; a part that holds a dot goes in double quotes";
            self.wrong(format!("`{}` does not name a table", shown(&text)), String::from(fix));
        }
        table
    }
}
