//! Exact numbers as PostgreSQL writes them.

/// From the wire: how many groups of four digits, the first group's weight, sign, digits after the point, groups.
pub(super) fn text(raw: &[u8]) -> Option<String> {
    let word = |place: usize| Some(u16::from_be_bytes(raw.get(place * 2..place * 2 + 2)?.try_into().ok()?));
    let groups = usize::from(word(0)?);
    let weight = i32::from(word(1)?.cast_signed());
    let sign = word(2)?;
    let scale = usize::from(word(3)?);
    if raw.len() != 8 + groups * 2 {
        return None;
    }
    match sign {
        0x0000 | 0x4000 => {}
        0xc000 => return Some("NaN".into()),
        0xd000 => return Some("Infinity".into()),
        0xf000 => return Some("-Infinity".into()),
        _ => return None,
    }
    // Groups beyond the end are zero: trailing ones are not sent.
    let group = |place: i32| match usize::try_from(place) {
        Ok(place) if place < groups => word(4 + place),
        _ => Some(0),
    };
    let mut out = String::with_capacity(groups * 4 + scale + 3);
    if sign == 0x4000 {
        out.push('-');
    }
    if weight < 0 {
        out.push('0');
    }
    for place in 0..=weight {
        let value = group(place)?;
        if place == 0 {
            out.push_str(&value.to_string());
        } else {
            put_four(&mut out, value, 4)?;
        }
    }
    if scale > 0 {
        out.push('.');
        let mut left = scale;
        // A small number's first group lies several places after the point: those before it are zero.
        let mut place = weight + 1;
        while left > 0 {
            let take = left.min(4);
            put_four(&mut out, group(place)?, take)?;
            place += 1;
            left -= take;
        }
    }
    Some(out)
}

/// The first digits of a group of four.
fn put_four(out: &mut String, value: u16, digits: usize) -> Option<()> {
    if value > 9_999 {
        return None;
    }
    for unit in [1_000, 100, 10, 1].into_iter().take(digits) {
        out.push(char::from(b'0' + u8::try_from(value / unit % 10).ok()?));
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::text;

    fn wire(weight: i16, sign: u16, scale: u16, groups: &[u16]) -> Vec<u8> {
        let count = u16::try_from(groups.len()).unwrap();
        [count, weight.cast_unsigned(), sign, scale]
            .iter()
            .chain(groups)
            .flat_map(|word| word.to_be_bytes())
            .collect()
    }

    #[test]
    fn numbers_read_as_the_server_writes_them() {
        for (weight, sign, scale, groups, expected) in [
            (0, 0, 0, &[][..], "0"),
            (0, 0, 2, &[][..], "0.00"),
            (0, 0x4000, 2, &[12, 3400][..], "-12.34"),
            (1, 0, 0, &[1][..], "10000"),
            (-1, 0, 4, &[12][..], "0.0012"),
            (-2, 0, 8, &[1][..], "0.00000001"),
            (1, 0, 3, &[1, 2, 5000][..], "10002.500"),
            (0, 0xc000, 0, &[][..], "NaN"),
            (0, 0xf000, 32, &[][..], "-Infinity"),
        ] {
            assert_eq!(text(&wire(weight, sign, scale, groups)).as_deref(), Some(expected));
        }
        assert_eq!(text(&wire(0, 1, 0, &[])), None);
        assert_eq!(text(&wire(0, 0, 0, &[1])[..9]), None);
    }
}
