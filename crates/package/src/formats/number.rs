//! Numbers and bytes as text, written straight into a buffer.

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Appends a whole number.
pub(crate) fn put_int(out: &mut Vec<u8>, value: i64) {
    let mut digits = [0u8; 20];
    let mut at = digits.len();
    let mut rest = value.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if value < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(&digits[at..]);
}

/// Appends a finite number so that it reads back to the same bits, with a point or an exponent.
pub(crate) fn put_real(out: &mut Vec<u8>, value: f64) {
    // writing to memory does not fail
    let _ = write!(out, "{value:?}");
}

/// The name of a number that is not finite: `NaN`, `Infinity`, `-Infinity`, and a NaN with unusual bits with them.
pub(crate) fn special(value: f64) -> String {
    if value == f64::INFINITY {
        "Infinity".to_owned()
    } else if value == f64::NEG_INFINITY {
        "-Infinity".to_owned()
    } else if value.to_bits() == f64::NAN.to_bits() {
        "NaN".to_owned()
    } else {
        format!("NaN:{:016x}", value.to_bits())
    }
}

/// Appends bytes in base64.
pub(crate) fn put_base64(out: &mut Vec<u8>, bytes: &[u8]) {
    let start = out.len();
    out.resize(start + bytes.len().div_ceil(3) * 4, 0);
    let written = STANDARD.encode_slice(bytes, &mut out[start..]).expect("room was made for every digit");
    out.truncate(start + written);
}

/// Whether text is nothing but a decimal number: such text is never a formula.
pub(crate) fn is_number(text: &[u8]) -> bool {
    let digits = |text: &[u8]| text.iter().take_while(|b| b.is_ascii_digit()).count();
    let text = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
    let whole = digits(text);
    if whole == 0 {
        return false;
    }
    let mut rest = &text[whole..];
    if let Some(fraction) = rest.strip_prefix(b".") {
        let places = digits(fraction);
        if places == 0 {
            return false;
        }
        rest = &fraction[places..];
    }
    if let Some(exponent) = rest.strip_prefix(b"e").or_else(|| rest.strip_prefix(b"E")) {
        let exponent =
            exponent.strip_prefix(b"-").or_else(|| exponent.strip_prefix(b"+")).unwrap_or(exponent);
        let places = digits(exponent);
        return places > 0 && places == exponent.len();
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::{is_number, put_base64, put_int, put_real, special};

    #[test]
    fn numbers_are_spelled_so_that_they_read_back() {
        for value in [0, 1, -1, 42, i64::MAX, i64::MIN] {
            let mut out = Vec::new();
            put_int(&mut out, value);
            assert_eq!(String::from_utf8(out).unwrap(), value.to_string());
        }
        for value in [0.0, -0.0, 1.0, 0.1, 1e300, 5e-324, f64::MAX] {
            let mut out = Vec::new();
            put_real(&mut out, value);
            let read: f64 = String::from_utf8(out).unwrap().parse().unwrap();
            assert_eq!(read.to_bits(), value.to_bits());
        }
        assert_eq!(special(f64::NAN), "NaN");
        assert_eq!(special(f64::from_bits(0x7ff8_0000_0000_0001)), "NaN:7ff8000000000001");
        for size in 0..7 {
            let mut out = b"x".to_vec();
            put_base64(&mut out, &[255; 7][..size]);
            assert_eq!(out.len(), 1 + size.div_ceil(3) * 4);
        }
    }

    #[test]
    fn only_plain_decimals_are_numbers() {
        for yes in ["0", "-1", "+49170", "3.14", "-1e10", "2.5E-3"] {
            assert!(is_number(yes.as_bytes()), "{yes}");
        }
        for no in ["", "-", "+", "1.", ".5", "-1+1", "=1", "1e", "1e+", "0x10", "-Infinity", "+1 2", "１"] {
            assert!(!is_number(no.as_bytes()), "{no}");
        }
    }
}
