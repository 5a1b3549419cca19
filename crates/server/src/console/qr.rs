//! A text for cameras, drawn here: no script, no picture of others.

use qrcodegen::{QrCode, QrCodeEcc};

/// A QR code as the one path of an SVG picture.
pub(crate) struct Qr {
    /// How wide and high it is, with the quiet zone around it.
    pub(crate) size: i32,
    /// Its dark squares.
    pub(crate) path: String,
}

/// Light around it, as the standard wants it.
const QUIET: i32 = 4;

impl Qr {
    /// The code of a text; none when it is too long for one.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
        let mut path = String::new();
        for y in 0..code.size() {
            let mut x = 0;
            while x < code.size() {
                let run = (x..code.size()).take_while(|at| code.get_module(*at, y)).count() as i32;
                if run > 0 {
                    path.push_str(&format!("M{},{}h{run}v1h-{run}z", x + QUIET, y + QUIET));
                }
                x += run.max(1);
            }
        }
        Some(Self { size: code.size() + 2 * QUIET, path })
    }
}

#[cfg(test)]
mod tests {
    use super::Qr;

    #[test]
    fn it_has_the_corner_that_cameras_look_for() {
        let code = Qr::of("otpauth://totp/x?secret=A").unwrap();
        // the upper side of the first square, seven wide
        assert!(code.path.starts_with("M4,4h7v1h-7z"), "{}", code.path);
        assert!(code.size > 28);
        assert!(Qr::of(&"x".repeat(5_000)).is_none());
    }
}
