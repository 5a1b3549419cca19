//! Packs from outside: signed notes, whose text is the pack. One that nobody trusted signed is not used.

use std::path::Path;

use exeunt_audit::note::{Note, SigningKey, VerifyingKey};
use exeunt_rights::Pack;

use crate::error::Error;
use crate::law::KeptPack;

/// A pack that was signed, as it is written to its file.
pub type Signed = String;

/// Most bytes of a pack.
const MOST: u64 = 256 * 1024;

/// Reads the pack in a file, if one of these keys signed it.
pub fn read_pack(path: &Path, trusted: &[VerifyingKey]) -> Result<KeptPack, Error> {
    let size = std::fs::metadata(path).map_err(|source| Error::file("read", path, source))?.len();
    let refused = |why: String| {
        Error::Refused("E0314", format!("could not use the regime pack `{}`: {why}", path.display()))
    };
    if size > MOST {
        return Err(refused(format!("it is larger than {MOST} bytes")));
    }
    let bytes = std::fs::read(path).map_err(|source| Error::file("read", path, source))?;
    let note = Note::parse(&bytes)
        .map_err(|error| refused(format!("{error}; a pack is signed with `exeunt regime sign`")))?;
    let keys: Vec<&VerifyingKey> = trusted.iter().collect();
    let body = note.verify(&keys).map_err(|error| {
        refused(format!("{error}; the settings list under `regimes.keys` whose packs are used"))
    })?;
    let pack = Pack::parse(body).map_err(|error| refused(whole(&error)))?;
    let by = note
        .signatures()
        .iter()
        .find(|signature| trusted.iter().any(|key| key.is_named_by(signature)))
        .map(|signature| signature.name.clone());
    Ok(KeptPack { pack, body: body.to_owned(), signed_by: by })
}

/// Signs a pack that makes sense; gives what to write into its file.
pub fn sign_pack(body: &str, key: &SigningKey) -> Result<Signed, Error> {
    let refused = |why: String| Error::Refused("E0314", format!("could not sign the regime pack: {why}"));
    Pack::parse(body).map_err(|error| refused(whole(&error)))?;
    let text = format!("{}\n", body.replace('\t', "  ").replace('\r', "").trim_end());
    Note::sign(&text, &[key]).map(|note| note.to_string()).map_err(|error| refused(error.to_string()))
}

fn whole(error: &exeunt_rights::regime::BadPack) -> String {
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}"));
    format!("{error}{}", cause.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use exeunt_audit::note::SigningKey;
    use exeunt_base::Secret;
    use exeunt_rights::regime::Status;
    use exeunt_rights::{Calendar, Pack, Zone};

    use super::{read_pack, sign_pack};
    use crate::law::Law;

    fn key(seed: u8) -> SigningKey {
        SigningKey::new("lawyers.example", Secret::new([seed; 32])).expect("a key")
    }

    fn adopted() -> String {
        let draft = Pack::shipped_text("ca-pipeda").expect("a pack");
        draft
            .replace("\"status\": \"draft\"", "\"status\": \"in_force\"")
            .replace("\"version\": 1", "\"version\": 2")
    }

    #[test]
    fn a_draft_becomes_usable_once_somebody_trusted_signed_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ca-pipeda.pack");
        std::fs::write(&path, sign_pack(&adopted(), &key(1)).unwrap()).unwrap();
        assert!(Law::default().in_force(Some("ca-pipeda")).is_err());
        let kept = read_pack(&path, &[key(1).public().clone()]).unwrap();
        assert_eq!((kept.pack.version, kept.pack.status), (2, Status::InForce));
        let law = Law::new("ca-pipeda", Zone::default(), Calendar::default(), [kept]).unwrap();
        assert_eq!(law.in_force(None).unwrap().signed_by.as_deref(), Some("lawyers.example"));
    }

    #[test]
    fn a_pack_that_was_changed_or_signed_by_others_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ca-pipeda.pack");
        let signed = sign_pack(&adopted(), &key(1)).unwrap();
        std::fs::write(&path, signed.replacen("\"count\": 30", "\"count\": 99", 1)).unwrap();
        let error = read_pack(&path, &[key(1).public().clone()]).unwrap_err().to_string();
        assert!(error.contains("does not verify"), "{error}");
        std::fs::write(&path, &signed).unwrap();
        let error = read_pack(&path, &[key(2).public().clone()]).unwrap_err().to_string();
        assert!(error.contains("no signature by a trusted key"), "{error}");
        std::fs::write(&path, adopted()).unwrap();
        assert!(read_pack(&path, &[key(1).public().clone()]).is_err());
        assert!(sign_pack("{}", &key(1)).is_err());
    }
}
