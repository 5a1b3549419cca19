//! The packs that come with the program.

use crate::regime::{BadPack, Pack};

/// Their ids.
pub const IDS: [&str; 9] = [
    "eu-gdpr",
    "uk-gdpr",
    "us-ca-ccpa",
    "br-lgpd",
    "ca-pipeda",
    "ca-qc-law25",
    "ch-fadp",
    "kr-pipa",
    "us-va-vcdpa",
];

const TEXTS: [&str; 9] = [
    include_str!("../../packs/eu-gdpr.json"),
    include_str!("../../packs/uk-gdpr.json"),
    include_str!("../../packs/us-ca-ccpa.json"),
    include_str!("../../packs/br-lgpd.json"),
    include_str!("../../packs/ca-pipeda.json"),
    include_str!("../../packs/ca-qc-law25.json"),
    include_str!("../../packs/ch-fadp.json"),
    include_str!("../../packs/kr-pipa.json"),
    include_str!("../../packs/us-va-vcdpa.json"),
];

impl Pack {
    /// A shipped pack by its id.
    pub fn shipped(id: &str) -> Result<Self, BadPack> {
        Self::parse(Self::shipped_text(id).ok_or_else(|| BadPack::Unknown(id.chars().take(60).collect()))?)
    }

    /// A shipped pack's own text, to start another one from.
    pub fn shipped_text(id: &str) -> Option<&'static str> {
        IDS.iter().position(|known| *known == id).map(|place| TEXTS[place])
    }
}

#[cfg(test)]
mod tests {
    use super::IDS;
    use crate::regime::{BadPack, Pack, Status};

    #[test]
    fn every_pack_can_be_read_and_comes_to_its_vectors() {
        for id in IDS {
            let pack = Pack::shipped(id).expect("a pack");
            assert_eq!(pack.id, id);
            let in_force = ["eu-gdpr", "uk-gdpr", "us-ca-ccpa"].contains(&id);
            assert_eq!(pack.status == Status::InForce, in_force, "{id}");
        }
        assert!(matches!(Pack::shipped("atlantis"), Err(BadPack::Unknown(_))));
        assert!(matches!(Pack::parse("{}"), Err(BadPack::Json(_))));
    }

    #[test]
    fn a_pack_that_makes_no_sense_or_misses_its_vectors_is_refused() {
        let text = Pack::shipped_text("eu-gdpr").expect("a pack");
        for (from, to, why) in [
            (r#""id": "eu-gdpr""#, r#""id": "EU GDPR""#, "`id`"),
            (r#""version": 1"#, r#""version": 0"#, "`version`"),
            (r#""sensitive": 2"#, r#""sensitive": 4"#, "`identity.sensitive`"),
            (r#""erasure": "Article 17","#, "", "`rights.erasure`"),
            (r#"["complexity", "number"]"#, "[]", "`extension_reasons`"),
            (r#""number"]"#, r#""too many"]"#, "`extension_reasons`"),
            (r#""answer": "2026-04-03""#, r#""answer": "2026-04-02""#, "received 2026-03-03"),
            (r#""extended": "2026-06-03""#, r#""extended": null"#, "received 2026-03-03"),
        ] {
            assert!(text.contains(from), "{from}");
            let error = Pack::parse(&text.replacen(from, to, 1)).expect_err(from);
            assert!(error.to_string().contains(why), "{error}");
        }
        assert!(Pack::parse(&text.replacen("\"vectors\"", "\"vector\"", 1)).is_err());
    }
}
