//! JSON Canonicalization Scheme (RFC 8785): one spelling for each JSON value, so digests and signatures over it mean something.
//!
//! Whole numbers beyond ±2⁵³ are written digit by digit instead of being rounded to the nearest double: two different
//! values must never share a digest. Write such numbers as strings where other implementations have to agree.

use serde_json::{Number, Value};

/// The canonical text of a value: no white space, keys in UTF-16 order, numbers as ECMAScript writes them.
pub fn to_string(value: &Value) -> String {
    let mut out = String::new();
    write_value(&mut out, value);
    out
}

/// Reads a text that must already be in its canonical spelling; `None` when it is not JSON or is spelled otherwise.
///
/// This also refuses what a lenient reader would hide: repeated keys, white space, needless escapes.
pub fn read(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok().filter(|value| to_string(value) == text)
}

fn write_value(out: &mut String, value: &Value) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => write_number(out, number),
        Value::String(text) => write_text(out, text),
        Value::Array(items) => {
            out.push('[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                write_value(out, item);
            }
            out.push(']');
        }
        Value::Object(members) => {
            let mut members: Vec<(&String, &Value)> = members.iter().collect();
            // The RFC orders by UTF-16 code units, which differs from byte order above U+FFFF.
            members.sort_by(|(left, _), (right, _)| {
                let plain = left.is_ascii() && right.is_ascii();
                if plain { left.cmp(right) } else { left.encode_utf16().cmp(right.encode_utf16()) }
            });
            out.push('{');
            for (place, (key, value)) in members.into_iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                write_text(out, key);
                out.push(':');
                write_value(out, value);
            }
            out.push('}');
        }
    }
}

fn write_text(out: &mut String, text: &str) {
    out.push('"');
    if text.bytes().all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\') {
        out.push_str(text);
        out.push('"');
        return;
    }
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            c if c < ' ' => {
                out.push_str("\\u00");
                out.push_str(&crate::hex::encode(&[c as u8]));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

fn write_number(out: &mut String, number: &Number) {
    let plain = number.to_string();
    if number.is_f64() { write_real(out, &plain) } else { out.push_str(&plain) }
}

/// ECMAScript's `Number::toString`: the shortest digits that read back, laid out by the size of the exponent.
///
/// The digits are those serde_json found: like ECMAScript it prefers the even one of two equally close spellings,
/// which the standard library's formatting does not. Only their layout differs.
fn write_real(out: &mut String, plain: &str) {
    let (sign, plain) = plain.strip_prefix('-').map_or(("", plain), |rest| ("-", rest));
    let (mantissa, exponent) = plain.split_once(['e', 'E']).unwrap_or((plain, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    let digits = all.trim_start_matches('0');
    let leading_zeros = all.len() - digits.len();
    let digits = digits.trim_end_matches('0');
    if digits.is_empty() {
        out.push('0'); // minus zero as well
        return;
    }
    out.push_str(sign);
    // where the decimal point stands, counted in digits from the left
    let exponent: i32 =
        exponent.trim_start_matches('+').parse().expect("serde_json writes exponents as numbers");
    let point = exponent + whole.len() as i32 - leading_zeros as i32;
    let count = digits.len() as i32;
    match point {
        1..=21 if count <= point => {
            out.push_str(digits);
            out.extend(std::iter::repeat_n('0', (point - count) as usize));
        }
        1..=21 => {
            let (whole, fraction) = digits.split_at(point as usize);
            out.push_str(whole);
            out.push('.');
            out.push_str(fraction);
        }
        -5..=0 => {
            out.push_str("0.");
            out.extend(std::iter::repeat_n('0', -point as usize));
            out.push_str(digits);
        }
        _ => {
            let (first, rest) = digits.split_at(1);
            out.push_str(first);
            if !rest.is_empty() {
                out.push('.');
                out.push_str(rest);
            }
            out.push('e');
            out.push(if point > 0 { '+' } else { '-' });
            out.push_str(&(point - 1).unsigned_abs().to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{read, to_string};

    #[test]
    fn the_number_samples_of_rfc_8785_come_out_as_printed() {
        for (bits, text) in [
            (0x0000_0000_0000_0000, "0"),
            (0x8000_0000_0000_0000, "0"),
            (0x0000_0000_0000_0001, "5e-324"),
            (0x8000_0000_0000_0001, "-5e-324"),
            (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
            (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"),
            (0x4340_0000_0000_0000, "9007199254740992"),
            (0xc340_0000_0000_0000, "-9007199254740992"),
            (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
            (0x44b5_2d02_c7e1_4af6, "1e+23"),
            (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"),
            (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
            (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"),
            (0x444b_1ae4_d6e2_ef50, "1e+21"),
            (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
            (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
            (0x41b3_de43_5555_5553, "333333333.3333332"),
            (0x41b3_de43_5555_5554, "333333333.33333325"),
            (0x41b3_de43_5555_5555, "333333333.3333333"),
            (0x41b3_de43_5555_5556, "333333333.3333334"),
            (0x41b3_de43_5555_5557, "333333333.33333343"),
            (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
            (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
        ] {
            assert_eq!(to_string(&json!(f64::from_bits(bits))), text, "{bits:016x}");
        }
    }

    #[test]
    fn the_worked_example_of_rfc_8785_comes_out_as_printed() {
        let input = r#"{
            "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
            "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
            "literals": [null, true, false]
        }"#;
        let value: Value = serde_json::from_str(input).expect("JSON");
        assert_eq!(
            to_string(&value),
            "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],\
             \"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}"
        );
    }

    #[test]
    fn keys_are_ordered_by_utf_16_code_units() {
        let value = json!({
            "\u{20ac}": "Euro Sign",
            "\r": "Carriage Return",
            "\u{fb33}": "Hebrew Letter Dalet With Dagesh",
            "1": "One",
            "\u{1f600}": "Emoji: Grinning Face",
            "\u{80}": "Control",
            "\u{f6}": "Latin Small Letter O With Diaeresis",
        });
        let text = to_string(&value);
        let places: Vec<usize> = ["Carriage", "One", "Control", "Latin", "Euro", "Emoji", "Hebrew"]
            .iter()
            .map(|word| text.find(word).expect("every value is written"))
            .collect();
        assert!(places.is_sorted(), "{text}");
    }

    #[test]
    fn no_two_whole_numbers_share_a_spelling() {
        assert_eq!(to_string(&json!([i64::MIN, u64::MAX])), "[-9223372036854775808,18446744073709551615]");
        assert_eq!(to_string(&json!([1, 1.0, 10e5])), "[1,1,1000000]");
    }

    #[test]
    fn every_double_reads_back_to_the_same_bits() {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        for _ in 0..20_000 {
            // a fixed xorshift walk over all exponents
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let value = f64::from_bits(state);
            if value.is_finite() {
                let text = to_string(&json!(value));
                assert_eq!(text.parse::<f64>().map(f64::to_bits), Ok(state), "{text}");
            }
        }
    }

    #[test]
    fn only_the_canonical_spelling_is_read() {
        let spelled = r#"{"a":[1,"x"],"b":null}"#;
        assert_eq!(read(spelled), Some(json!({"b": null, "a": [1, "x"]})));
        for other in [
            r#"{"b":null,"a":[1,"x"]}"#,
            r#"{"a":[1,"x"], "b":null}"#,
            r#"{"a":[1.0,"x"],"b":null}"#,
            r#"{"a":[1,"\u0078"],"b":null}"#,
            r#"{"a":[2],"a":[1,"x"],"b":null}"#,
            r#"{"a":[1,"x"],"b":null"#,
        ] {
            assert_eq!(read(other), None, "{other}");
        }
    }
}
