//! A random case from one seed: every kind of relation, key, decision and action, in proportions that mostly leave
//! something to carry out.

mod policy;
mod rows;

use exeunt_testkit::dice::Dice;

use crate::world::{Action, Column, Counter, Edge, Foreign, Hold, Relation, STAMP, Table, Type, World};

struct Maker {
    dice: Dice,
    tables: Vec<Table>,
    counters: Vec<Counter>,
}

/// Makes the case of a seed.
pub(crate) fn world(seed: u64, sources: bool) -> World {
    let mut maker = Maker { dice: Dice::new(seed), tables: Vec::new(), counters: Vec::new() };
    let count = 3 + maker.roll(6);
    let abroad = sources && maker.one_in(6);
    for at in 0..count {
        let table = maker.table(at, abroad);
        maker.tables.push(table);
    }
    for at in 0..count {
        maker.references(at);
    }
    for at in 0..count {
        maker.actions(at);
    }
    for at in 0..count {
        maker.decisions(at);
    }
    for at in 0..count {
        maker.soften(at);
    }
    maker.stamps(seed);
    maker.holds(seed);
    maker.rows();
    let (kinds, people) = maker.people();
    World { seed, tables: maker.tables, counters: maker.counters, kinds, people }
}

impl Maker {
    fn roll(&mut self, below: usize) -> usize {
        self.dice.below(below as u64) as usize
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.roll(count) == 0
    }

    fn pick<T: Clone>(&mut self, list: &[T]) -> T {
        self.dice.pick(list).clone()
    }

    fn table(&mut self, at: usize, abroad: bool) -> Table {
        let source = usize::from(abroad && at > 0 && self.one_in(3));
        let mut table = Table { source, ..Table::default() };
        let mut columns = Vec::new();
        let mut put = |name: &str, kind, required| {
            columns.push(Column { name: name.to_owned(), kind, required, hidden: false });
        };
        match self.roll(20) {
            0..4 if at > 0 => {
                table.key = vec![String::from("ka"), String::from("kb")];
                put("ka", Type::Int, true);
                put("kb", Type::Int, true);
            }
            4..7 if at > 0 => put("tag", Type::Int, true),
            _ => {
                table.key = vec![String::from("id")];
                put("id", Type::Int, true);
            }
        }
        put("email", Type::Text, false);
        put("name", Type::Text, self.one_in(3));
        put("note", Type::Text, false);
        put("ip", Type::Text, false);
        put("age", Type::Int, false);
        put("born", Type::Date, false);
        put("kind", Type::Text, true);
        put("paid", Type::Date, false);
        if !table.key.is_empty() && self.one_in(3) {
            put("code", Type::Text, true);
        }
        for column in columns.iter_mut().filter(|column| ["ip", "age"].contains(&column.name.as_str())) {
            column.hidden = self.one_in(10);
        }
        table.columns = columns;
        if at == 0 {
            table.subject.push(("email", String::from("email")));
            table.subject.push(("uid", String::from("id")));
        } else if !table.key.is_empty() && self.one_in(5) {
            if self.one_in(2) {
                table.subject.push(("email", String::from("email")));
            } else {
                table.columns.push(Column {
                    name: String::from("ucode"),
                    kind: Type::Int,
                    required: false,
                    hidden: false,
                });
                table.subject.push(("uid", String::from("ucode")));
                if self.one_in(2) {
                    table.subject.push(("email", String::from("email")));
                }
            }
        }
        table
    }

    fn references(&mut self, at: usize) {
        let count = self.tables.len();
        let most = if at == 0 { self.roll(2) } else { 1 + self.roll(3) };
        for place in 0..most {
            let near = place == 0 && at > 0 && !self.one_in(6);
            let to = if near { self.roll(at) } else { self.roll(count) };
            if self.tables[to].key.is_empty() {
                continue;
            }
            self.reference(at, place, to);
        }
        if at > 0 && self.one_in(6) {
            self.polymorphic(at);
        }
        if at > 0 && self.tables[at].subject.is_empty() && self.one_in(8) {
            let edge = self.pick(&[Edge::OwnedBy, Edge::OwnedBy, Edge::AccessedBy]);
            let mut relation = plain(0, vec![String::from("email")], vec![String::from("email")], edge);
            relation.identity = true;
            relation.redact = if edge == Edge::AccessedBy { self.redact() } else { Vec::new() };
            self.tables[at].relations.push(relation);
        }
    }

    /// Tables in which a trigger stamps each changed row. Not where another trigger counts: what that changes is no step of
    /// the plan, so that nothing remembers the stamp.
    fn stamps(&mut self, seed: u64) {
        // a chance of its own: all else is as the seed made it before there were stamps
        let mut dice = Dice::new(seed ^ 0x5374_616d);
        for table in self.tables.iter_mut().filter(|table| !table.key.is_empty() && !table.has("cnt")) {
            if dice.below(4) == 0 {
                let stamp = String::from(STAMP);
                table.columns.push(Column { name: stamp, kind: Type::Text, required: false, hidden: false });
            }
        }
    }

    /// Tables in which a trigger does not let go of a column. Not of one by which another counts: brought back past the one,
    /// it is not counted by the other.
    fn holds(&mut self, seed: u64) {
        let mut dice = Dice::new(seed ^ 0x486f_6c64);
        let counters = &self.counters;
        for (at, table) in self.tables.iter_mut().enumerate() {
            if table.key.is_empty() || table.has("cnt") {
                continue;
            }
            let counted = |name: &String| counters.iter().any(|one| (one.holder, &one.column) == (at, name));
            let open = |name: &String| name != STAMP && !table.key.contains(name) && !counted(name);
            let mut columns: Vec<String> = match table.action() {
                Action::Anonymize(masks) => masks.iter().map(|(name, _)| name.clone()).collect(),
                _ => Vec::new(),
            };
            columns.extend(table.relations.iter().flat_map(|relation| relation.by.iter().cloned()));
            columns.retain(open);
            if !columns.is_empty() && dice.below(3) == 0 {
                table.hold = Some(Hold { column: dice.pick(&columns).clone(), late: dice.below(2) == 0 });
            }
        }
    }

    fn reference(&mut self, at: usize, place: usize, to: usize) {
        let far = self.tables[at].source != self.tables[to].source;
        let forward = to >= at;
        let mut required = self.one_in(3) && (!forward || self.one_in(4));
        let target = self.tables[to].clone();
        let by_code = target.has("code") && self.one_in(2);
        let on: Vec<String> = if by_code { vec![String::from("code")] } else { target.key.clone() };
        let own_key = self.tables[at].key.len() == 2
            && place == 0
            && on.len() == 1
            && !by_code
            && at != to
            && self.one_in(2);
        let by: Vec<String> = if own_key {
            required = true;
            vec![String::from("ka")]
        } else {
            let names = (0..on.len()).map(|part| format!("r{place}{}", ["", "b"][part])).collect::<Vec<_>>();
            let kind = if by_code { Type::Text } else { Type::Int };
            for name in &names {
                self.tables[at].columns.push(Column { name: name.clone(), kind, required, hidden: false });
            }
            names
        };
        let enforced = !far && !self.one_in(3);
        if enforced {
            let rule = self.pick(&["", "", "", "cascade", "set null"]);
            let deferrable = forward && required || self.one_in(8);
            self.tables[at].foreign.push(Foreign {
                columns: by.clone(),
                to,
                on: on.clone(),
                rule,
                deferrable,
            });
        }
        let counted = self.counters.iter().any(|counter| counter.to == to);
        // what a trigger counts over a reference that nobody enforces is only right again once everybody is back
        if enforced && !counted && by.len() == 1 && on == ["id"] && !own_key && self.one_in(5) {
            self.counters.push(Counter { holder: at, column: by[0].clone(), to });
            self.tables[to].columns.push(Column {
                name: String::from("cnt"),
                kind: Type::Int,
                required: true,
                hidden: false,
            });
        }
        let keyless = self.tables[at].key.is_empty();
        if self.one_in(if keyless && enforced {
            100
        } else if enforced {
            20
        } else {
            8
        }) {
            return; // a reference nobody described
        }
        let edge = self.pick(&[
            Edge::OwnedBy,
            Edge::OwnedBy,
            Edge::OwnedBy,
            Edge::OwnedBy,
            Edge::RefersTo,
            Edge::RefersTo,
            Edge::RefersTo,
            Edge::Owns,
            Edge::AccessedBy,
            Edge::Accesses,
        ]);
        let edge = if at == 0 && edge == Edge::OwnedBy && !self.one_in(3) { Edge::RefersTo } else { edge };
        let mut relation = plain(to, by, on, edge);
        relation.by_key = !by_code;
        if matches!(edge, Edge::AccessedBy | Edge::Accesses) {
            relation.redact = self.redact();
        }
        relation.shared =
            matches!(edge, Edge::OwnedBy | Edge::Owns) && !far && at > to && !own_key && self.one_in(9);
        relation.shared &= !(edge == Edge::OwnedBy && self.tables[at].key.is_empty());
        self.tables[at].relations.push(relation);
    }

    /// One column that leads to different tables.
    fn polymorphic(&mut self, at: usize) {
        let source = self.tables[at].source;
        let open: Vec<usize> = (0..self.tables.len())
            .filter(|to| self.tables[*to].key == ["id"] && self.tables[*to].source == source && *to != at)
            .collect();
        if open.is_empty() {
            return;
        }
        self.tables[at].columns.push(Column {
            name: String::from("poly"),
            kind: Type::Int,
            required: false,
            hidden: false,
        });
        for kind in ["a", "b"] {
            let to = self.pick(&open);
            let edge = self.pick(&[Edge::OwnedBy, Edge::RefersTo, Edge::AccessedBy, Edge::Owns]);
            let mut relation = plain(to, vec![String::from("poly")], vec![String::from("id")], edge);
            relation.by_key = true;
            relation.when = Some(kind);
            self.tables[at].relations.push(relation);
        }
    }

    fn redact(&mut self) -> Vec<String> {
        let open: Vec<String> = ["email", "name", "note"].map(String::from).to_vec();
        if self.one_in(2) { vec![self.pick(&open)] } else { Vec::new() }
    }
}

fn plain(to: usize, by: Vec<String>, on: Vec<String>, edge: Edge) -> Relation {
    Relation {
        to,
        by,
        on,
        by_key: false,
        edge,
        when: None,
        identity: false,
        redact: Vec::new(),
        shared: false,
        decision: None,
    }
}
