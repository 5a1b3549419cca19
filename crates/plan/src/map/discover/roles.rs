//! What a reference to a person means: the person owns the row, receives it, or merely touched it.

use exeunt_source::catalog::{ForeignKey, Table};

use crate::map::discover::words::{noun, pointed};
use crate::map::live::{Live, is_required};

/// The part the person plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// The row is theirs.
    Owner,
    /// It was sent to them by somebody.
    Recipient,
    /// They created, approved or handled it.
    Touched,
}

const OWNERS: [&str; 48] = [
    "user",
    "owner",
    "author",
    "sender",
    "poster",
    "member",
    "customer",
    "client",
    "account",
    "person",
    "profile",
    "buyer",
    "seller",
    "patient",
    "student",
    "employee",
    "submitter",
    "uploader",
    "requester",
    "contact",
    "guest",
    "player",
    "follower",
    "subscriber",
    "donor",
    "applicant",
    "from",
    "commenter",
    "rater",
    "voter",
    "actor",
    "reporter",
    "participant",
    "subject",
    "holder",
    "payer",
    "payee",
    "borrower",
    "renter",
    "tenant",
    "driver",
    "passenger",
    "candidate",
    "student",
    "attendee",
    "visitor",
    "lead",
    "staff",
];
const RECIPIENTS: [&str; 12] = [
    "recipient",
    "receiver",
    "to",
    "target",
    "addressee",
    "followed",
    "followee",
    "friend",
    "invitee",
    "mentioned",
    "following",
    "blocked",
];
const TOUCHED: [&str; 38] = [
    "creator",
    "editor",
    "updater",
    "approver",
    "reviewer",
    "moderator",
    "assignee",
    "assigner",
    "modifier",
    "resolver",
    "verifier",
    "inviter",
    "referrer",
    "referer",
    "manager",
    "supervisor",
    "admin",
    "operator",
    "handler",
    "responsible",
    "created",
    "updated",
    "modified",
    "approved",
    "deleted",
    "edited",
    "changed",
    "assigned",
    "reviewed",
    "last",
    "managed",
    "invited",
    "resolved",
    "locked",
    "processed",
    "verified",
    "default",
    "fallback",
];
/// Things that many people share, whoever founded them.
const SHARED: [&str; 33] = [
    "group",
    "team",
    "organization",
    "organisation",
    "company",
    "project",
    "workspace",
    "room",
    "channel",
    "forum",
    "board",
    "community",
    "club",
    "site",
    "blog",
    "shop",
    "store",
    "course",
    "campaign",
    "category",
    "tag",
    "product",
    "department",
    "league",
    "topic",
    "page",
    "org",
    "tenant",
    "guild",
    "household",
    "school",
    "venue",
    "association",
];

/// The role of the person a reference leads to.
pub(super) fn role(
    live: &Live<'_>,
    table: &Table,
    key: &ForeignKey,
    is_subject: impl Fn(&Table) -> bool,
) -> (Role, String) {
    let said: Vec<String> = key.columns.iter().flat_map(|column| pointed(column.as_str())).collect();
    let written = key.columns.iter().map(|column| column.as_str()).collect::<Vec<_>>().join(", ");
    let last = said.last().map(String::as_str).unwrap_or_default();
    let person = noun(key.to.name.as_str());
    if key.to == table.name {
        return (Role::Touched, format!("{written} points at another row of the same table"));
    }
    let by = said.iter().any(|word| word == "by") || said.iter().any(|word| TOUCHED.contains(&word.as_str()));
    if by {
        return (Role::Touched, format!("{written} tells who handled the row, not whose it is"));
    }
    if is_shared(live, table, &is_subject) {
        return (Role::Touched, format!("{written} tells who runs it; others share it"));
    }
    if said.iter().any(|word| RECIPIENTS.contains(&word.as_str())) {
        return (Role::Recipient, format!("{written} tells whom it was sent to"));
    }
    if last == person || OWNERS.contains(&last) || said.contains(&person) {
        return (Role::Owner, format!("{written} tells whose row it is"));
    }
    if is_required(table, &key.columns) {
        return (Role::Owner, format!("no row exists without {written}"));
    }
    (Role::Touched, format!("{written} may be empty and does not say that the row is the person's"))
}

/// A thing with members: its name says so, and another table joins it to people.
fn is_shared(live: &Live<'_>, table: &Table, is_subject: &impl Fn(&Table) -> bool) -> bool {
    let joins = |other: &Table| {
        let to_people = |key: &ForeignKey| {
            live.table(&key.to).is_some_and(|target| target.name != table.name && is_subject(target))
        };
        other.name != table.name && other.foreign_keys.iter().any(to_people)
    };
    SHARED.contains(&noun(table.name.name.as_str()).as_str())
        && live.incoming(&table.name).iter().any(|(other, _)| joins(other))
}
