//! C2SP cosignatures: a witness's statement that, at a time, it saw no larger and no other tree of a log.

use exeunt_base::{Secret, Timestamp};

use crate::checkpoint::Checkpoint;
use crate::note::key::{Algorithm, BadKey, SigningKey, VerifyingKey};
use crate::note::{Note, Signature};

/// The key of a witness. A kind of its own, so that nobody signs a log's head with it.
#[derive(Debug)]
pub struct CosigningKey(SigningKey);

impl CosigningKey {
    /// From a name and a seed, 32 bytes of chance that the caller keeps secret.
    pub fn new(name: &str, seed: Secret<[u8; 32]>) -> Result<Self, BadKey> {
        SigningKey::of(name, Algorithm::Cosignature, seed).map(Self)
    }

    /// Reads what [`CosigningKey::to_secret`] wrote.
    pub fn from_secret(text: &Secret<String>) -> Result<Self, BadKey> {
        SigningKey::read(text, Algorithm::Cosignature).map(Self)
    }

    /// `PRIVATE+KEY+name+id+seed`, for safekeeping.
    pub fn to_secret(&self) -> Secret<String> {
        self.0.to_secret()
    }

    /// The key that checks what this one signs.
    pub fn public(&self) -> &VerifyingKey {
        self.0.public()
    }

    /// Signs that this checkpoint was the largest seen at that second. Times before 1970 count as its first second.
    pub fn cosign(&self, checkpoint: &Checkpoint, at: Timestamp) -> Signature {
        let at = u64::try_from(at.as_micros() / 1_000_000).unwrap_or_default();
        let signature = self.0.raw(&message(checkpoint.body().as_bytes(), at));
        self.0.signature([at.to_be_bytes().as_slice(), &signature].concat())
    }
}

/// When a witness says it saw the checkpoint; `None` where that key did not sign, or not as a witness does.
/// Only of meaning once the note was verified.
pub fn cosigned_at(note: &Note, key: &VerifyingKey) -> Option<Timestamp> {
    let signature = note.signatures().iter().find(|signature| key.is_named_by(signature))?;
    let (seconds, _) = split(&signature.bytes)?;
    let micros = i64::try_from(seconds).ok()?.checked_mul(1_000_000)?;
    (key.algorithm() == Algorithm::Cosignature).then(|| Timestamp::from_micros(micros))
}

/// The time and the signature proper.
pub(super) fn split(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (at, signature) = bytes.split_first_chunk::<8>()?;
    let at = u64::from_be_bytes(*at);
    (i64::try_from(at).is_ok() && signature.len() == 64).then_some((at, signature))
}

/// What is signed.
pub(super) fn message(text: &[u8], at: u64) -> Vec<u8> {
    [format!("cosignature/v1\ntime {at}\n").as_bytes(), text].concat()
}

#[cfg(test)]
mod tests {
    use exeunt_base::{Secret, Timestamp};
    use proptest::prelude::{prop_assert, proptest};

    use super::{CosigningKey, cosigned_at};
    use crate::checkpoint::Checkpoint;
    use crate::merkle::leaf_hash;
    use crate::note::{BadKey, Error, Note, SigningKey, VerifyingKey};

    fn log() -> SigningKey {
        SigningKey::new("example.com/log", Secret::new([1; 32])).unwrap()
    }

    fn witness(seed: u8) -> CosigningKey {
        CosigningKey::new("witness.example/w1", Secret::new([seed; 32])).unwrap()
    }

    fn cosigned() -> (Checkpoint, Note) {
        let checkpoint =
            Checkpoint { origin: String::from("example.com/log"), size: 1, root: leaf_hash(b"one") };
        let mut note = checkpoint.sign(&log()).unwrap();
        note.add(witness(2).cosign(&checkpoint, Timestamp::from_micros(1_679_315_147_999_999))).unwrap();
        (checkpoint, note)
    }

    #[test]
    fn a_witness_signs_a_time_and_a_head_and_its_key_reads_back() {
        let (checkpoint, note) = cosigned();
        let read = Note::parse(note.to_string().as_bytes()).unwrap();
        assert_eq!(read, note);
        assert!(note.verify(&[witness(2).public()]).is_ok());
        let at = cosigned_at(&note, witness(2).public()).unwrap();
        assert_eq!(at.as_micros(), 1_679_315_147_000_000);
        assert_eq!(cosigned_at(&note, witness(3).public()), None);
        assert_eq!(cosigned_at(&note, log().public()), None);
        assert_eq!(Checkpoint::open(&note, log().public()), Ok(checkpoint));

        let key = CosigningKey::from_secret(&witness(2).to_secret()).unwrap();
        assert_eq!(key.public(), witness(2).public());
        let public: VerifyingKey = key.public().to_string().parse().unwrap();
        assert_eq!(&public, key.public());
        assert_eq!(SigningKey::from_secret(&key.to_secret()).err(), Some(BadKey::Unsupported(4)));
        assert_eq!(CosigningKey::from_secret(&log().to_secret()).err(), Some(BadKey::Unsupported(1)));
    }

    #[test]
    fn a_witness_speaks_for_no_log_and_its_second_signature_takes_the_place_of_the_first() {
        let (checkpoint, mut note) = cosigned();
        let named_alike = CosigningKey::new("example.com/log", Secret::new([4; 32])).unwrap();
        note.add(named_alike.cosign(&checkpoint, Timestamp::from_micros(0))).unwrap();
        assert!(Checkpoint::open(&note, named_alike.public()).is_err());
        let count = note.signatures().len();
        note.add(witness(2).cosign(&checkpoint, Timestamp::from_micros(5_000_000))).unwrap();
        assert_eq!(note.signatures().len(), count);
        assert_eq!(cosigned_at(&note, witness(2).public()), Some(Timestamp::from_micros(5_000_000)));
    }

    #[test]
    fn the_published_id_of_a_witness_follows_from_name_type_and_key() {
        // the same name and key as a log have another id
        let as_log = VerifyingKey::new("witness.example/w1", *witness(2).public().material()).unwrap();
        assert_ne!(as_log.id(), witness(2).public().id());
        assert_eq!(as_log.material(), witness(2).public().material());
    }

    proptest! {
        #[test]
        fn a_flipped_bit_in_a_cosignature_is_noticed(at in 0usize..72, bit in 0..8u8) {
            let (_, note) = cosigned();
            let mut bad = note.signatures()[1].clone();
            bad.bytes[at] ^= 1 << bit;
            let mut note = note;
            note.add(bad).unwrap();
            let wrong = Err(Error::WrongSignature(String::from("witness.example/w1")));
            prop_assert!(note.verify(&[witness(2).public()]) == wrong);
        }
    }
}
