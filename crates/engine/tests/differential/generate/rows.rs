//! Rows that lead somewhere, mostly, and the people who ask.

use crate::generate::Maker;
use crate::world::{Record, STAMP, TODAY, Type, Value};

impl Maker {
    pub(super) fn rows(&mut self) {
        let sizes: Vec<usize> = (0..self.tables.len())
            .map(|at| match at {
                0 => 4 + self.roll(8),
                _ if self.one_in(8) => 30 + self.roll(30),
                _ => 5 + self.roll(16),
            })
            .collect();
        // keys and codes first, so that references have something to lead to
        for (at, size) in sizes.iter().enumerate() {
            for place in 0..*size {
                let row = self.plain_row(at, place, sizes[0]);
                self.tables[at].rows.push(row);
            }
        }
        for at in 0..sizes.len() {
            if let Some(relation) = self.tables[at].relations.iter().find(|relation| relation.by == ["ka"]) {
                let to = relation.to;
                for place in 0..sizes[at] {
                    let target = self.roll(sizes[to]);
                    let value = self.tables[to].rows[target]["id"].clone();
                    self.tables[at].rows[place].insert(String::from("ka"), value);
                }
            } else if let Some(foreign) =
                self.tables[at].foreign.iter().find(|foreign| foreign.columns == ["ka"])
            {
                let to = foreign.to;
                for place in 0..sizes[at] {
                    let target = self.roll(sizes[to]);
                    let value = self.tables[to].rows[target]["id"].clone();
                    self.tables[at].rows[place].insert(String::from("ka"), value);
                }
            }
        }
        for at in 0..sizes.len() {
            self.fill_references(at, &sizes);
            if self.tables[at].key.is_empty() {
                for place in 1..sizes[at] {
                    if self.one_in(10) {
                        self.tables[at].rows[place] = self.tables[at].rows[place - 1].clone();
                    }
                }
            }
        }
        for counter in &self.counters {
            let holder = self.tables[counter.holder].rows.clone();
            for row in &mut self.tables[counter.to].rows {
                let count = holder.iter().filter(|held| held[&counter.column] == row["id"]).count();
                row.insert(String::from("cnt"), Value::Int(count as i64));
            }
        }
    }

    fn plain_row(&mut self, at: usize, place: usize, people: usize) -> Record {
        let mut row = Record::new();
        let number = place as i64 + 1;
        for column in self.tables[at].columns.clone() {
            let empty = !column.required && self.one_in(6);
            let value = match column.name.as_str() {
                "id" | "kb" | "tag" => Value::Int(number),
                "ka" => Value::Int(1 + self.roll(5) as i64),
                "code" => Value::Text(format!("c{at}-{number}")),
                "cnt" => Value::Int(0),
                STAMP => Value::text("long ago"),
                _ if empty => Value::Null,
                "email" => {
                    let who = if at == 0 && !self.one_in(6) { place } else { self.roll(people) };
                    self.address(who)
                }
                "name" => Value::Text(format!("Name {}", self.roll(50))),
                "note" => Value::Text(format!("note {} of t{at}", self.roll(1_000))),
                "ip" => Value::Text(format!("10.{}.{}.{}", at, self.roll(9), 1 + self.roll(200))),
                "age" => Value::Int(18 + self.roll(70) as i64),
                "born" => {
                    Value::Text(format!("19{}-0{}-1{}", 50 + self.roll(49), 1 + self.roll(9), self.roll(9)))
                }
                "kind" => Value::text(["a", "b"][self.roll(2)]),
                "paid" => self.paid(at),
                "ucode" => Value::Int(1 + self.roll(people) as i64),
                _ => Value::Null,
            };
            row.insert(column.name.clone(), value);
        }
        row
    }

    fn address(&mut self, who: usize) -> Value {
        Value::Text(match self.roll(8) {
            0 => format!("P{who}@X.Test"),
            1 => format!(" p{who}@x.test "),
            _ => format!("p{who}@x.test"),
        })
    }

    /// Dates around the end of the period, and far from it.
    fn paid(&mut self, at: usize) -> Value {
        let back = match self.tables[at].keep.as_ref().map(|keep| (keep.count, keep.unit)) {
            Some((count, 'y')) => i64::from(count) * 365 + i64::from(count) / 4,
            Some((count, 'm')) => i64::from(count) * 30,
            Some((count, _)) => i64::from(count),
            None => 1_000,
        };
        let away = match self.roll(8) {
            0 => 0,
            1 => back - 400 + self.roll(800) as i64,
            2..5 => back - 4 + self.roll(8) as i64,
            5 => back * 2 + 900,
            _ => 5,
        };
        let day = TODAY - time::Duration::days(away.max(0));
        Value::Text(format!("{:04}-{:02}-{:02}", day.year(), u8::from(day.month()), day.day()))
    }

    fn fill_references(&mut self, at: usize, sizes: &[usize]) {
        type Leads = (Vec<String>, usize, Vec<String>, bool, Option<&'static str>);
        let mut edges: Vec<Leads> = Vec::new();
        for foreign in &self.tables[at].foreign {
            edges.push((foreign.columns.clone(), foreign.to, foreign.on.clone(), true, None));
        }
        for relation in self.tables[at].relations.iter().filter(|relation| !relation.identity) {
            if edges.iter().all(|(by, ..)| *by != relation.by || relation.when.is_some()) {
                edges.push((relation.by.clone(), relation.to, relation.on.clone(), false, relation.when));
            }
        }
        for (by, to, on, enforced, when) in edges {
            if by == ["ka"] {
                continue;
            }
            for place in 0..sizes[at] {
                if when.is_some_and(|kind| self.tables[at].rows[place]["kind"] != Value::text(kind)) {
                    continue;
                }
                let empty = self.one_in(5);
                let astray = !enforced && self.one_in(25);
                let half = self.one_in(20);
                let target = self.roll(sizes[to]);
                for (part, (column, there)) in by.iter().zip(&on).enumerate() {
                    let required = self.tables[at].column(column).required;
                    let mut value = self.tables[to].rows[target][there].clone();
                    if astray && by.len() == 1 {
                        value = if there == "code" { Value::text("nobody") } else { Value::Int(9_999) };
                    }
                    if !required && (empty || half && part == 1) {
                        value = Value::Null;
                    }
                    self.tables[at].rows[place].insert(column.clone(), value);
                }
            }
        }
        // columns nobody describes lead somewhere all the same
        for column in self.tables[at].columns.clone() {
            for place in 0..sizes[at] {
                if self.tables[at].rows[place][&column.name] == Value::Null && column.required {
                    let value = if column.kind == Type::Int { Value::Int(1) } else { Value::text("c0-1") };
                    self.tables[at].rows[place].insert(column.name.clone(), value);
                }
            }
        }
    }

    pub(super) fn people(&mut self) -> (Vec<&'static str>, Vec<crate::world::Person>) {
        let kinds = self.pick(&[vec!["email"], vec!["email"], vec!["uid"], vec!["email", "uid"]]);
        let wanted = 1 + self.roll(4);
        let mut people: Vec<crate::world::Person> = Vec::new();
        let mut taken: Vec<String> = Vec::new();
        for _ in 0..12 {
            if people.len() == wanted {
                break;
            }
            let place = self.roll(self.tables[0].rows.len());
            let row = self.tables[0].rows[place].clone();
            let Some(email) = row["email"].as_text().map(|text| text.trim().to_lowercase()) else { continue };
            if taken.contains(&email) {
                continue;
            }
            taken.push(email.clone());
            let Value::Int(id) = row["id"] else { continue };
            let of = |kind: &&'static str| match *kind {
                "email" => (*kind, email.clone()),
                _ => (*kind, id.to_string()),
            };
            people.push(kinds.iter().map(of).collect());
        }
        (kinds, people)
    }
}
