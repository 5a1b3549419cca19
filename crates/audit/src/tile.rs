//! C2SP tiles: where the hashes and entries of a log lie as files, and what is in them.

use std::fmt;
use std::str::FromStr;

use crate::checkpoint::read_decimal;
use crate::merkle::{self, Nodes};

/// Hashes in a full tile, entries in a full bundle.
pub const FULL: u16 = 256;

/// The longest entry: its length is written in two bytes. Larger evidence goes elsewhere, its commitment in here.
pub const MAX_ENTRY: usize = 65_535;

/// What a tile holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Content {
    /// The entries themselves.
    Entries,
    /// Hashes: of leaves at level 0, of full tiles of the level below from there on.
    Hashes(u8),
}

/// One file of a tiled log. Prints as its path: `tile/0/x001/x234/067.p/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tile {
    content: Content,
    index: u64,
    width: u16,
}

/// Why something is not a tile or a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Not a path of a tile.
    #[error("this is not the path of a tile")]
    BadPath,
    /// More than [`MAX_ENTRY`] bytes.
    #[error("a log entry of {0} bytes is too long; at most 65535 fit")]
    EntryTooLong(usize),
    /// More than [`FULL`] entries, or bytes that stop in the middle of one.
    #[error("this is not a bundle of log entries")]
    BadBundle,
    /// The hashes of a bundle of entries.
    #[error("a bundle of log entries holds no hashes")]
    NoHashes,
    /// A node that is not stored.
    #[error("could not put the tile together")]
    Tree(#[from] merkle::Error),
}

impl Tile {
    /// A tile of 1 to 256 hashes or entries; `None` for any other width or a level above 63.
    pub fn new(content: Content, index: u64, width: u16) -> Option<Self> {
        let level_fits = !matches!(content, Content::Hashes(64..));
        (level_fits && (1..=FULL).contains(&width)).then_some(Self { content, index, width })
    }

    /// What it holds.
    pub fn content(&self) -> Content {
        self.content
    }

    /// Its place within the level.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// How many hashes or entries it holds: 256, or fewer at the right edge.
    pub fn width(&self) -> u16 {
        self.width
    }

    /// All tiles of hashes in a tree of `size` leaves, level by level from the leaves, the partial one last in each.
    pub fn hashes_of(size: u64) -> impl Iterator<Item = Self> {
        (0..8u8)
            .map(move |level| (Content::Hashes(level), size >> (8 * level)))
            .take_while(|(_, count)| *count > 0)
            .flat_map(|(content, count)| run(content, count))
    }

    /// All bundles of entries of a log of `size` entries.
    pub fn entries_of(size: u64) -> impl Iterator<Item = Self> {
        run(Content::Entries, size)
    }

    /// The bytes of a tile of hashes, from the stored nodes. For a bundle there is [`encode_entries`].
    pub fn hashes(&self, nodes: &Nodes<'_>) -> Result<Vec<u8>, Error> {
        let Content::Hashes(tile_level) = self.content else { return Err(Error::NoHashes) };
        let level = tile_level.saturating_mul(8);
        let first = self.index.saturating_mul(u64::from(FULL));
        (0..u64::from(self.width)).try_fold(Vec::new(), |mut out, place| {
            let index = first.saturating_add(place);
            out.extend_from_slice(&nodes(level, index).ok_or(merkle::Error::MissingNode { level, index })?.0);
            Ok(out)
        })
    }
}

/// The bytes of a bundle: each entry after its length in two bytes.
pub fn encode_entries<'a>(entries: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    for (place, entry) in entries.into_iter().enumerate() {
        if place >= usize::from(FULL) {
            return Err(Error::BadBundle);
        }
        let length = u16::try_from(entry.len()).map_err(|_| Error::EntryTooLong(entry.len()))?;
        out.extend_from_slice(&length.to_be_bytes());
        out.extend_from_slice(entry);
    }
    Ok(out)
}

/// The entries of a bundle.
pub fn decode_entries(mut bytes: &[u8]) -> Result<Vec<&[u8]>, Error> {
    let mut entries = Vec::new();
    while !bytes.is_empty() {
        let (length, rest) = bytes.split_first_chunk::<2>().ok_or(Error::BadBundle)?;
        let (entry, rest) =
            rest.split_at_checked(usize::from(u16::from_be_bytes(*length))).ok_or(Error::BadBundle)?;
        entries.push(entry);
        bytes = rest;
    }
    if entries.len() > usize::from(FULL) { Err(Error::BadBundle) } else { Ok(entries) }
}

impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.content {
            Content::Entries => f.write_str("tile/entries/")?,
            Content::Hashes(level) => write!(f, "tile/{level}/")?,
        }
        let mut parts = vec![format!("{:03}", self.index % 1_000)];
        let mut rest = self.index / 1_000;
        while rest > 0 {
            parts.push(format!("x{:03}", rest % 1_000));
            rest /= 1_000;
        }
        parts.reverse();
        f.write_str(&parts.join("/"))?;
        if self.width < FULL { write!(f, ".p/{}", self.width) } else { Ok(()) }
    }
}

impl FromStr for Tile {
    type Err = Error;

    fn from_str(path: &str) -> Result<Self, Error> {
        read_path(path).filter(|tile| tile.to_string() == path).ok_or(Error::BadPath)
    }
}

/// Reads leniently; the caller compares with the one true spelling.
fn read_path(path: &str) -> Option<Tile> {
    let (content, rest) = path.strip_prefix("tile/")?.split_once('/')?;
    let content = match content {
        "entries" => Content::Entries,
        level => Content::Hashes(u8::try_from(read_decimal(level)?).ok()?),
    };
    let (index, width) = match rest.split_once(".p/") {
        Some((index, width)) => (index, u16::try_from(read_decimal(width)?).ok()?),
        None => (rest, FULL),
    };
    let index = index.split('/').try_fold(0u64, |index, part| {
        let digits = part.strip_prefix('x').unwrap_or(part);
        let number: u64 = (digits.len() == 3).then(|| digits.parse().ok())??;
        index.checked_mul(1_000)?.checked_add(number)
    })?;
    Tile::new(content, index, width)
}

fn run(content: Content, count: u64) -> impl Iterator<Item = Tile> {
    let full = u64::from(FULL);
    let partial = (count % full) as u16;
    let last = (partial > 0).then_some(Tile { content, index: count / full, width: partial });
    (0..count / full).map(move |index| Tile { content, index, width: FULL }).chain(last)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashMap};

    use proptest::prelude::{any, prop_assert_eq, proptest};

    use super::{Content, Error, FULL, Tile, decode_entries, encode_entries};
    use crate::merkle::{Frontier, Hash, leaf_hash, root};

    /// How many tiles there are of each level and width.
    fn shape(tiles: impl Iterator<Item = Tile>) -> BTreeMap<(String, u16), u64> {
        tiles.fold(BTreeMap::new(), |mut shape, tile| {
            *shape.entry((format!("{:?}", tile.content()), tile.width())).or_default() += 1;
            shape
        })
    }

    #[test]
    fn a_tree_of_seventy_thousand_leaves_has_the_tiles_of_the_specification() {
        let expected = [
            (("Hashes(0)".to_owned(), 112), 1),
            (("Hashes(0)".to_owned(), 256), 273),
            (("Hashes(1)".to_owned(), 17), 1),
            (("Hashes(1)".to_owned(), 256), 1),
            (("Hashes(2)".to_owned(), 1), 1),
        ];
        assert_eq!(shape(Tile::hashes_of(70_000)), BTreeMap::from(expected));
        assert_eq!(Tile::entries_of(70_000).count(), 274);
        let small: Vec<String> = Tile::hashes_of(256).map(|tile| tile.to_string()).collect();
        assert_eq!(small, ["tile/0/000", "tile/1/000.p/1"]);
        assert_eq!(Tile::hashes_of(0).count(), 0);
    }

    #[test]
    fn the_tiles_of_seventy_thousand_leaves_give_back_the_root() {
        let mut nodes = HashMap::new();
        let mut frontier = Frontier::default();
        for number in 0..70_000u32 {
            let (next, made) = frontier.append(leaf_hash(&number.to_be_bytes()));
            frontier = next;
            nodes.extend(made.into_iter().map(|node| ((node.level, node.index), node.hash)));
        }
        let lookup = |level, index| nodes.get(&(level, index)).copied();
        // Only what lies in the tiles, and what follows from full tiles, is there to compute the root from.
        let mut from_tiles: HashMap<(u8, u64), Hash> = HashMap::new();
        for tile in Tile::hashes_of(70_000) {
            let Content::Hashes(level) = tile.content() else { continue };
            let bytes = tile.hashes(&lookup).expect("stored");
            assert_eq!(bytes.len(), usize::from(tile.width()) * 32);
            let mut inner = Frontier::default();
            for (place, hash) in bytes.chunks(32).enumerate() {
                let hash = Hash(hash.try_into().expect("32 bytes"));
                let (next, made) = inner.append(hash);
                inner = next;
                let first = tile.index() * u64::from(FULL);
                assert_eq!(lookup(level * 8, first + place as u64), Some(hash));
                from_tiles.extend(
                    made.iter().map(|node| {
                        ((level * 8 + node.level, (first >> node.level) + node.index), node.hash)
                    }),
                );
            }
        }
        let root = root(70_000, &|level, index| from_tiles.get(&(level, index)).copied());
        assert_eq!(root, Ok(frontier.root()));
    }

    #[test]
    fn paths_read_and_print_as_the_specification_spells_them() {
        for (path, content, index, width) in [
            ("tile/0/x001/x234/067", Content::Hashes(0), 1_234_067, 256),
            ("tile/63/000.p/255", Content::Hashes(63), 0, 255),
            ("tile/entries/x001/000.p/1", Content::Entries, 1_000, 1),
        ] {
            assert_eq!(path.parse::<Tile>().ok(), Tile::new(content, index, width));
            assert_eq!(Tile::new(content, index, width).expect("a tile").to_string(), path);
        }
        for bad in [
            "",
            "tile/0",
            "tile/0/",
            "tile/0/1",
            "tile/0/x001",
            "tile/0/x000/001",
            "tile/0/001/001",
            "tile/00/001",
            "tile/64/001",
            "tile/0/001.p/0",
            "tile/0/001.p/256",
            "tile/0/001.p/01",
            "tile/0/+01",
            "/tile/0/001",
            "tile/data/001",
            "tile/0/x018/x446/x744/x073/x709/x551/616",
        ] {
            assert_eq!(bad.parse::<Tile>(), Err(Error::BadPath), "{bad}");
        }
    }

    #[test]
    fn bundles_hold_entries_of_up_to_65535_bytes() {
        let longest = vec![7u8; 65_535];
        let bytes = encode_entries([&b""[..], b"ab", &longest]).expect("short enough");
        assert_eq!(&bytes[..6], [0, 0, 0, 2, b'a', b'b']);
        assert_eq!(decode_entries(&bytes), Ok(vec![&b""[..], b"ab", &longest]));
        assert_eq!(encode_entries([&vec![0; 65_536][..]]), Err(Error::EntryTooLong(65_536)));
        assert_eq!(encode_entries(std::iter::repeat_n(&b""[..], 257)), Err(Error::BadBundle));
        assert_eq!(decode_entries(&bytes[..5]), Err(Error::BadBundle));
    }

    proptest! {
        #[test]
        fn any_path_and_any_bytes_are_refused_or_read_back(path in "(tile/)?[0-9x/.pentris]{0,20}", bytes: Vec<u8>) {
            if let Ok(tile) = path.parse::<Tile>() {
                prop_assert_eq!(tile.to_string(), path);
            }
            if let Ok(entries) = decode_entries(&bytes) {
                prop_assert_eq!(encode_entries(entries), Ok(bytes));
            }
        }

        #[test]
        fn every_tile_reads_back(index in any::<u64>(), width in 1..=FULL, level in 0..64u8) {
            for content in [Content::Hashes(level), Content::Entries] {
                let tile = Tile::new(content, index, width).expect("a tile");
                prop_assert_eq!(tile.to_string().parse(), Ok(tile));
            }
        }
    }
}
