//! What a column can hold. SQLite enforces little: a kind says what is meant, by the declared type and its affinity.

use exeunt_base::Kind;

use crate::shapes::Affinity;

/// The kind of a declared type. Lengths of texts are not enforced, and so not told; digits of decimals are told, since
/// a number that keeps to them is a better one. Truth values are whole numbers, 0 and 1, as SQLite itself has it.
pub(crate) fn kind(declared: &str) -> Kind {
    let upper = declared.to_ascii_uppercase();
    let (word, arguments) = match upper.split_once('(') {
        Some((word, rest)) => (word.trim(), rest.trim_end_matches([')', ' '])),
        None => (upper.trim(), ""),
    };
    match word {
        "" | "ANY" => return Kind::Any,
        "BOOL" | "BOOLEAN" => return Kind::Integer { min: 0, max: 1 },
        "DATE" => return Kind::Date,
        "TIME" => return Kind::Time,
        "DATETIME" | "TIMESTAMP" | "TIMESTAMP WITHOUT TIME ZONE" => return Kind::Timestamp { zoned: false },
        "TIMESTAMPTZ" | "TIMESTAMP WITH TIME ZONE" | "DATETIMEOFFSET" => {
            return Kind::Timestamp { zoned: true };
        }
        "JSON" | "JSONB" => return Kind::Json,
        "UUID" | "GUID" => return Kind::Uuid,
        _ => {}
    }
    match Affinity::of(declared) {
        Affinity::Integer => Kind::Integer { min: i64::MIN, max: i64::MAX },
        Affinity::Text => Kind::Text { max: None },
        Affinity::Blob => Kind::Bytes,
        Affinity::Real => Kind::Real,
        Affinity::Numeric => {
            let mut digits = arguments.split(',').map(|digits| digits.trim().parse().ok());
            Kind::Decimal { precision: digits.next().flatten(), scale: digits.next().flatten() }
        }
    }
}

#[cfg(test)]
mod tests {
    use exeunt_base::Kind;

    #[test]
    fn declared_types_are_read_as_sqlite_reads_them() {
        for (declared, word) in [
            ("VARCHAR(40)", "text"),
            ("character varying(40)", "text"),
            ("bigint unsigned", "integer"),
            ("FLOATING POINT", "integer"), // as SQLite's own page on datatypes warns
            ("STRING", "decimal"),
            ("", "any"),
            ("blob", "bytes"),
            ("double precision", "real"),
            ("timestamp", "timestamp"),
            ("date", "date"),
        ] {
            assert_eq!(super::kind(declared).word(), word, "{declared}");
        }
        assert_eq!(super::kind("DECIMAL(10, 2)"), Kind::Decimal { precision: Some(10), scale: Some(2) });
        assert_eq!(super::kind("NUMERIC"), Kind::Decimal { precision: None, scale: None });
    }
}
