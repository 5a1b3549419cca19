//! A table as written in a map: `orders`, `public.orders`, `"odd.schema"."odd ""table"""`.

use std::fmt;

use exeunt_base::{Name, TableRef};

/// A table name as written; the schema may be left to the source.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TableName {
    /// The schema, when written.
    pub schema: Option<Name>,
    /// The table.
    pub name: Name,
}

impl TableName {
    /// Reads `table`, `schema.table` or either part in double quotes, a quote inside doubled.
    pub fn parse(text: &str) -> Option<Self> {
        let (first, rest) = part(text)?;
        if rest.is_empty() {
            return Some(Self { schema: None, name: first });
        }
        let (second, end) = part(rest.strip_prefix('.')?)?;
        end.is_empty().then_some(Self { schema: Some(first), name: second })
    }

    /// The table in full, given the schema the source uses when none is written.
    pub fn resolve(&self, default_schema: &Name) -> TableRef {
        TableRef {
            schema: self.schema.clone().unwrap_or_else(|| default_schema.clone()),
            name: self.name.clone(),
        }
    }
}

impl fmt::Display for TableName {
    /// The form [`TableName::parse`] reads back.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(schema) = &self.schema {
            write_part(schema, f)?;
            f.write_str(".")?;
        }
        write_part(&self.name, f)
    }
}

impl fmt::Debug for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.to_string())
    }
}

impl From<&TableRef> for TableName {
    fn from(table: &TableRef) -> Self {
        Self { schema: Some(table.schema.clone()), name: table.name.clone() }
    }
}

fn part(text: &str) -> Option<(Name, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find('.').unwrap_or(text.len());
        return Some((Name::new(&text[..end]).ok()?, &text[end..]));
    };
    let mut name = String::new();
    let mut rest = quoted;
    loop {
        let end = rest.find('"')?;
        name.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('"') {
            Some(more) => {
                name.push('"');
                rest = more;
            }
            None => return Some((Name::new(&name).ok()?, rest)),
        }
    }
}

fn write_part(name: &Name, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let text = name.as_str();
    if text.contains('.') || text.starts_with('"') {
        write!(f, "\"{}\"", text.replace('"', "\"\""))
    } else {
        f.write_str(text)
    }
}

#[cfg(test)]
mod tests {
    use super::TableName;

    #[test]
    fn a_table_reads_back_as_it_was_written() {
        for text in ["orders", "public.orders", "\"a.b\".c", "\"a.b\".\"\"\"q\"\".\"", "odd name", "x.it's"] {
            assert_eq!(TableName::parse(text).map(|table| table.to_string()).as_deref(), Some(text));
        }
    }

    #[test]
    fn what_is_not_a_table_is_refused() {
        for text in ["", ".", "a.", ".a", "a.b.c", "\"a", "\"a\"b", "a\0b", "\"\""] {
            assert_eq!(TableName::parse(text), None, "{text:?}");
        }
    }
}
