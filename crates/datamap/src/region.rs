//! Where data is: a country by its ISO 3166 code, or a part of one. What a region holds can be read off its name: `eu` holds
//! `eu-de`, and `us` holds `us-ca`.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// Members of the European Union; they are written below it: `eu-de`.
const UNION: &str = "at be bg cy cz de dk ee es fi fr gr hr hu ie it lt lu lv mt nl pl pt ro se si sk";

/// The other members of the European Economic Area.
const BESIDE_THE_UNION: [&str; 3] = ["is", "li", "no"];

/// All other countries of ISO 3166-1, but for the United Kingdom, which is `uk` here and not `gb`.
const OTHERS: &str = "\
ad ae af ag ai al am ao aq ar as au aw ax az ba bb bd bf bh bi bj bl bm bn bo bq br bs bt bv bw by bz ca cc cd cf cg ch ci ck \
cl cm cn co cr cu cv cw cx dj dm do dz ec eg eh er et fj fk fm fo ga gd ge gf gg gh gi gl gm gn gp gq gs gt gu gw gy hk hm hn \
ht id il im in io iq ir is je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls ly ma mc md me mf mg mh mk ml mm \
mn mo mp mq mr ms mu mv mw mx my mz na nc ne nf ng ni no np nr nu nz om pa pe pf pg ph pk pm pn pr ps pw py qa re rs ru rw sa \
sb sc sd sg sh sj sl sm sn so sr ss st sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk um us uy uz va vc \
ve vg vi vn vu wf ws ye yt za zm zw";

/// A region: `eu`, `eu-de`, `us-ca`, `uk`, `ch`, `eea`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region(String);

/// A word that is no region, and what to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoRegion {
    word: String,
    /// What to write.
    pub advice: String,
}

impl fmt::Display for NoRegion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no region; {}", self.word, self.advice)
    }
}

impl std::error::Error for NoRegion {}

/// Where a source's data is, and where else it may go.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Residence {
    /// Where it is, when somebody said so.
    pub region: Option<Region>,
    /// Where it has to stay, beside what the organization allows; empty: anywhere the organization allows.
    pub stays_in: Regions,
}

impl Region {
    /// Its name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether all that is in the other one is in this one.
    pub fn holds(&self, other: &Self) -> bool {
        let within = |name: &str| {
            other.0.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        };
        within(&self.0) || self.0 == "eea" && ["eu"].iter().chain(&BESIDE_THE_UNION).any(|name| within(name))
    }
}

impl FromStr for Region {
    type Err = NoRegion;

    fn from_str(word: &str) -> Result<Self, NoRegion> {
        let no = |advice: String| Err(NoRegion { word: crate::suggest::shown(word), advice });
        let mut parts = word.split('-');
        let first = parts.next().unwrap_or_default();
        let is = |list: &str, code: &str| list.split(' ').any(|known| known == code);
        let below = if first == "eu" {
            if parts.next().is_some_and(|member| !is(UNION, member)) {
                return no(String::from(
                    "below `eu` stands a member state: `eu-de`, `eu-fr`. Names of a cloud's places are not taken: say the country",
                ));
            }
            true
        } else if first == "eea" {
            false
        } else if is(UNION, first) {
            return no(format!("members of the European Union are written below it: `eu-{word}`"));
        } else if first == "gb" {
            return no(word.replacen("gb", "write `uk", 1) + "`");
        } else if is(OTHERS, first) {
            true
        } else {
            return no(String::from(
                "write `eu`, `eea`, a country of ISO 3166 in lower case (`eu-de`, `us`, `uk`, `ch`), or a part of one (`us-ca`)",
            ));
        };
        let part = parts.next();
        let fits = |part: &str| (1..=3).contains(&part.len()) && part.bytes().all(small);
        if part.is_some() && !below || part.is_some_and(|part| !fits(part)) || parts.next().is_some() {
            return no(String::from(
                "after the country stands a part of it by its code of ISO 3166-2, one to three signs (`us-ca`, `eu-de-by`). Names \
                 of a cloud's places are not taken",
            ));
        }
        Ok(Self(word.to_owned()))
    }
}

fn small(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Several regions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Regions(BTreeSet<Region>);

impl Regions {
    /// Whether one of them holds this one.
    pub fn hold(&self, region: &Region) -> bool {
        self.0.iter().any(|known| known.holds(region))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One by one.
    pub fn iter(&self) -> impl Iterator<Item = &Region> {
        self.0.iter()
    }
}

impl FromIterator<Region> for Regions {
    fn from_iter<I: IntoIterator<Item = Region>>(regions: I) -> Self {
        Self(regions.into_iter().collect())
    }
}

impl fmt::Display for Regions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<String> = self.0.iter().map(|region| format!("`{region}`")).collect();
        f.write_str(&names.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::{BESIDE_THE_UNION, OTHERS, Region, Regions, UNION};

    fn region(word: &str) -> Region {
        word.parse().expect(word)
    }

    #[test]
    fn what_a_region_holds_can_be_read_off_its_name() {
        for (outer, inner) in [
            ("eu", "eu"),
            ("eu", "eu-de"),
            ("eu", "eu-de-by"),
            ("eu-de", "eu-de-by"),
            ("us", "us-ca"),
            ("eea", "eu-fr"),
            ("eea", "no"),
            ("eea", "eu"),
        ] {
            assert!(region(outer).holds(&region(inner)), "{outer} {inner}");
        }
        for (outer, inner) in
            [("eu-de", "eu"), ("eu", "us"), ("eu", "uk"), ("us-ca", "us"), ("eu", "eea"), ("eea", "ch")]
        {
            assert!(!region(outer).holds(&region(inner)), "{outer} {inner}");
        }
        let both: Regions = [region("eu"), region("ch")].into_iter().collect();
        assert!(both.hold(&region("ch-zh")) && both.hold(&region("eu-it")) && !both.hold(&region("us")));
        assert_eq!(both.to_string(), "`ch`, `eu`");
    }

    #[test]
    fn one_place_has_one_name_and_what_is_none_is_told() {
        let told = |word: &str| word.parse::<Region>().expect_err(word).to_string();
        for (word, part) in [
            ("de", "`eu-de`"),
            ("de-by", "`eu-de-by`"),
            ("gb", "write `uk`"),
            ("gb-sct", "write `uk-sct`"),
            ("eu-central-1", "say the country"),
            ("us-east-1", "after the country"),
            ("eu-uk", "member state"),
            ("EU", "lower case"),
            ("Germany", "ISO 3166"),
            ("", "ISO 3166"),
            ("xx", "ISO 3166"),
            ("eea-de", "after the country"),
            ("eu-", "member state"),
            ("us-", "after the country"),
        ] {
            assert!(told(word).contains(part), "{}", told(word));
        }
    }

    #[test]
    fn every_country_of_the_standard_has_one_place() {
        let mut all: Vec<&str> = UNION.split(' ').chain(OTHERS.split(' ')).collect();
        assert_eq!(UNION.split(' ').count(), 27);
        assert_eq!(all.len(), 249);
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 249);
        assert!(BESIDE_THE_UNION.iter().all(|code| OTHERS.split(' ').any(|other| other == *code)));
    }
}
