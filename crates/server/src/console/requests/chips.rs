//! The parts of a search as chips: those that are on, those that stand ready, and the views that people saved.

use exeunt_rights::search::{Compared, Is, Search, Sort, Term, When};

use crate::console::door::Visitor;
use crate::console::requests::list::href;

/// A word of the search, and the list without it.
pub(crate) struct Chip {
    pub(crate) text: String,
    pub(crate) without: String,
}

/// A search that stands ready: pressed while it is part of this one.
pub(crate) struct Ready {
    pub(crate) name: &'static str,
    /// What the list is searched for when it is pressed.
    pub(crate) search: String,
    pub(crate) pressed: bool,
}

/// A search that somebody saved.
pub(crate) struct View {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) href: String,
    pub(crate) current: bool,
    pub(crate) shared: bool,
    pub(crate) removable: bool,
}

impl Chip {
    /// Those of a search.
    pub(crate) fn all(search: &Search) -> Vec<Self> {
        let one = |(place, term): (usize, &Term)| Self {
            text: term.to_string(),
            without: href(&search.without(place)),
        };
        search.terms.iter().enumerate().map(one).collect()
    }
}

/// The searches everybody needs.
pub(crate) fn ready(search: &Search) -> Vec<Ready> {
    let soon = Is::Due(Compared::UpTo, When::InDays(7));
    let all = [
        ("Open", Is::Open),
        ("Overdue", Is::Overdue),
        ("Due within 7 days", soon),
        ("Waiting for approval", Is::Waiting),
        ("On hold", Is::Held),
        ("Entered by me", Is::Mine),
    ];
    all.into_iter()
        .map(|(name, is)| {
            let term = Term { negated: false, is };
            let pressed = search.terms.contains(&term);
            Ready { name, search: search.toggled(&term).to_string(), pressed }
        })
        .collect()
}

/// The orders.
pub(crate) fn sorts(search: &Search) -> Vec<Ready> {
    [("Newest first", Sort::Newest), ("Oldest first", Sort::Oldest), ("Most urgent first", Sort::Due)]
        .into_iter()
        .map(|(name, sort)| {
            let wanted = Search { terms: search.terms.clone(), sort };
            Ready { name, search: wanted.to_string(), pressed: search.sort == sort }
        })
        .collect()
}

impl View {
    pub(crate) fn new(visitor: &Visitor, view: &exeunt_store::views::View, search: &Search) -> Self {
        let (wanted, _) = Search::parse(&view.search);
        Self {
            id: view.id.to_string(),
            name: view.name.clone(),
            href: href(&wanted),
            current: wanted == *search,
            shared: view.shared,
            removable: visitor.office.may_remove_view(&visitor.actor, view),
        }
    }
}
