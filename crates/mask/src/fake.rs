//! Invented values. They come from short lists on purpose: nobody should take them for real people.

use exeunt_base::Cell;

use crate::facts::Facts;
use crate::key::MaskKey;
use crate::method::FakeKind;
use crate::token::Letters;

const FIRST: [&str; 24] = [
    "Alba", "Bruno", "Cora", "Dario", "Edda", "Falk", "Gala", "Hugo", "Ilka", "Jonas", "Kaja", "Lino",
    "Mira", "Nils", "Oona", "Pavel", "Quinn", "Runa", "Silas", "Thea", "Udo", "Vera", "Wim", "Yara",
];
const LAST: [&str; 24] = [
    "Ashdown",
    "Birkfeld",
    "Corvane",
    "Dunmere",
    "Elster",
    "Fairlow",
    "Greywell",
    "Holmquist",
    "Inverly",
    "Jarrow",
    "Kestrel",
    "Lindgate",
    "Marlowe",
    "Northam",
    "Oakley",
    "Penrose",
    "Quayle",
    "Rushford",
    "Stoneby",
    "Thornhill",
    "Underwood",
    "Vessel",
    "Winterby",
    "Yarrow",
];
const STREETS: [&str; 12] = [
    "Willow Lane",
    "Mill Road",
    "Harbor Street",
    "Garden Row",
    "Chapel Hill",
    "Orchard Way",
    "Station Road",
    "Lantern Street",
    "Meadow Close",
    "Quarry Lane",
    "River Walk",
    "Foundry Street",
];
const CITIES: [&str; 12] = [
    "Ashford Vale",
    "Brightwater",
    "Cedar Point",
    "Dunhaven",
    "Eastmere",
    "Fallbrook",
    "Greenholm",
    "Highmoor",
    "Kingsreach",
    "Lakewell",
    "Northbank",
    "Southfold",
];
const TRADES: [&str; 8] =
    ["Trading", "Supplies", "Works", "Logistics", "Foods", "Studios", "Partners", "Instruments"];
const WORDS: [&str; 16] = [
    "amber", "basin", "cinder", "drift", "ember", "fable", "grove", "hollow", "island", "juniper", "kettle",
    "lantern", "meadow", "nectar", "orbit", "pebble",
];

/// Characters that make a unique value its own: 65 bits.
const MARK: u32 = 13;
/// The fewest that still keep people apart: 40 bits.
pub(crate) const SHORTEST_MARK: u32 = 8;

/// What `auto` means for a column.
pub(crate) fn resolve(kind: FakeKind, facts: &Facts) -> FakeKind {
    if kind != FakeKind::Auto {
        return kind;
    }
    let meanings: [(&[&str], FakeKind); 11] = [
        (&["email", "e_mail"], FakeKind::Email),
        (&["phone", "mobile"], FakeKind::Phone),
        (&["first_name", "given", "firstname", "forename"], FakeKind::FirstName),
        (&["last_name", "family", "surname", "lastname"], FakeKind::LastName),
        (&["username", "user_name", "login", "nickname"], FakeKind::Username),
        (&["company", "employer", "organization"], FakeKind::Company),
        (&["street", "address_line", "address1"], FakeKind::Street),
        (&["city", "town"], FakeKind::City),
        (&["url", "website", "link", "homepage"], FakeKind::Url),
        (&["name"], FakeKind::Name),
        (&["address"], FakeKind::Street),
    ];
    let found = meanings.into_iter().find(|(words, _)| facts.is_about(words));
    found.map_or(FakeKind::Text, |(_, kind)| kind)
}

/// An invented value of at most `longest` characters; for a unique column one that carries a mark of its own.
pub(crate) fn invented(
    key: &MaskKey,
    kind: FakeKind,
    unique: bool,
    longest: Option<u32>,
    value: &Cell,
) -> String {
    let longest = longest.unwrap_or(u32::MAX);
    let mut chance = key.chance_of("fake", value);
    let (first, last) = (chance.pick(&FIRST), chance.pick(&LAST));
    let (body, glue, tail) = match kind {
        FakeKind::Name => (format!("{first} {last}"), " ", ""),
        FakeKind::FirstName => (first.to_owned(), " ", ""),
        FakeKind::LastName => (last.to_owned(), " ", ""),
        FakeKind::Email => (format!("{first}.{last}").to_lowercase(), ".", "@erased.invalid"),
        FakeKind::Phone => {
            // 555-0100 to 555-0199 are kept for fiction in every North American area
            let number = format!("+1{}55501{:02}", 200 + chance.below(800), chance.below(100));
            (number, "x", "")
        }
        FakeKind::Street => (format!("{} {}", 1 + chance.below(199), chance.pick(&STREETS)), " ", ""),
        FakeKind::City => (chance.pick(&CITIES).to_owned(), " ", ""),
        FakeKind::Company => (format!("{last} {}", chance.pick(&TRADES)), " ", ""),
        FakeKind::Username => (format!("{first}_{}", chance.below(1_000)).to_lowercase(), "_", ""),
        FakeKind::Url => ("https://erased.invalid/".to_owned() + &last.to_lowercase(), "-", ""),
        FakeKind::Text | FakeKind::Auto => {
            let words: Vec<&str> = (0..4).map(|_| chance.pick(&WORDS)).collect();
            (words.join(" "), " ", "")
        }
    };
    let tail = if (tail.len() as u32) < longest { tail } else { "" };
    let room = longest.saturating_sub(tail.len() as u32);
    let mark = if unique { Letters::Lower.draw(&mut chance, MARK.min(room)) } else { String::new() };
    let room = room as usize - mark.len();
    // the body is cut before the mark is: the mark is what keeps two people apart
    let (body, glue) = match (mark.is_empty(), room > glue.len()) {
        (true, _) => (body.get(..room).unwrap_or(&body), ""),
        (false, true) => (body.get(..room - glue.len()).unwrap_or(&body), glue),
        (false, false) => ("", ""),
    };
    format!("{body}{glue}{mark}{tail}")
}
