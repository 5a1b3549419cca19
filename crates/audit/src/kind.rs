//! What can happen that the log tells of. A closed list: a name, once used, keeps its meaning for ever.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Not the name of a kind of event; perhaps one of a later version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this version knows no such kind of event")]
pub struct UnknownKind;

macro_rules! kinds {
    ($($(#[doc = $doc:literal])* $kind:ident = $name:literal;)*) => {
        /// What happened.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub enum Kind {
            $($(#[doc = $doc])* $kind,)*
        }

        impl Kind {
            /// Every kind there is.
            pub const ALL: &'static [Self] = &[$(Self::$kind,)*];

            /// The dotted name that stands in the log.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)*
                }
            }
        }

        impl Kind {
            /// What happened, as a sentence for people.
            pub fn words(self) -> &'static str {
                match self {
                    $(Self::$kind => concat!($($doc),*).trim(),)*
                }
            }
        }

        impl FromStr for Kind {
            type Err = UnknownKind;

            fn from_str(name: &str) -> Result<Self, UnknownKind> {
                match name {
                    $($name => Ok(Self::$kind),)*
                    _ => Err(UnknownKind),
                }
            }
        }
    };
}

kinds! {
    /// A control store was made; the first entry of a log.
    StoreCreated = "store.created";
    /// At start the store was older than a checkpoint kept outside it.
    StoreRollbackNoticed = "store.rollback_noticed";
    /// An officer accepted an older store.
    StoreRollbackAcknowledged = "store.rollback_acknowledged";
    /// A backup of everything was made.
    BackupMade = "backup.made";
    /// The store was made from a backup.
    BackupOpened = "backup.opened";
    /// An organization was set up.
    OrganizationCreated = "organization.created";
    /// Rules of an organization changed.
    PolicyChanged = "policy.changed";
    /// A data map was published.
    MapPublished = "map.published";
    /// Somebody asked for a right.
    RequestSubmitted = "request.submitted";
    /// The person was told that their request is here.
    RequestAcknowledged = "request.acknowledged";
    /// Who asks was established.
    RequestIdentified = "request.identified";
    /// The person confirmed in a second step.
    RequestConfirmed = "request.confirmed";
    /// A date or other fact of a request was corrected.
    RequestAmended = "request.amended";
    /// A deadline was extended or paused.
    RequestDeadlineMoved = "request.deadline_moved";
    /// What a person said when they asked was looked at.
    RequestStatementViewed = "request.statement_viewed";
    /// Somebody looked a customer up.
    CustomerFound = "customer.found";
    /// What the sources hold of a customer was shown.
    CustomerRevealed = "customer.revealed";
    /// A request was refused.
    RequestRefused = "request.refused";
    /// The person withdrew a request.
    RequestWithdrawn = "request.withdrawn";
    /// It was answered long ago, and is no longer known whose it was.
    RequestForgotten = "request.forgotten";
    /// Nobody could tell who asked.
    RequestUnidentified = "request.unidentified";
    /// A request that had ended because nobody could tell who asked goes on.
    RequestReopened = "request.reopened";
    /// A request was answered.
    RequestAnswered = "request.answered";
    /// A plan was made.
    PlanBuilt = "plan.built";
    /// A person or a standing rule approved a plan's digest.
    PlanApproved = "plan.approved";
    /// A plan was turned down.
    PlanRejected = "plan.rejected";
    /// A job began.
    JobStarted = "job.started";
    /// A job went on after an interruption.
    JobResumed = "job.resumed";
    /// A job stopped between batches because somebody asked.
    JobCancelled = "job.cancelled";
    /// A job stopped because it could not go on.
    JobFailed = "job.failed";
    /// A job did all it can; the window begins.
    JobSettled = "job.settled";
    /// What a plan touches was found.
    CensusTaken = "census.taken";
    /// A batch was done and counted.
    BatchClosed = "batch.closed";
    /// Rows could not be handled and wait for a decision.
    ReviewOpened = "review.opened";
    /// Rows waiting for a decision got one.
    ReviewDecided = "review.decided";
    /// Rows are being brought back.
    RestoreStarted = "restore.started";
    /// Rows were brought back.
    RestoreClosed = "restore.closed";
    /// Something must not be purged for now.
    HoldPlaced = "hold.placed";
    /// It may be purged again.
    HoldLifted = "hold.lifted";
    /// Rows that a hold keeps were read.
    HeldRowsRead = "hold.read";
    /// Destruction for ever began.
    PurgeStarted = "purge.started";
    /// Destruction for ever is done and was checked.
    PurgeFinished = "purge.finished";
    /// A key was made.
    KeyCreated = "key.created";
    /// A key was replaced by a new one.
    KeyRotated = "key.rotated";
    /// It was tried whether shares would bring a key back.
    KeyDrilled = "key.drilled";
    /// A key was destroyed.
    KeyDestroyed = "key.destroyed";
    /// Rows that stayed by law were looked at again.
    KeptChecked = "kept.checked";
    /// The time of rows that stayed by law was over: they got a request of their own.
    KeptFollowedUp = "kept.followed_up";
    /// An erased person entered the ledger.
    LedgerRecorded = "ledger.recorded";
    /// A source was searched for erased people.
    LedgerChecked = "ledger.checked";
    /// After the store was taken back, nobody who was erased was found in the sources; the service may begin.
    LedgerGateOpened = "ledger.gate_opened";
    /// Erased people found in a source were erased again.
    LedgerReplayed = "ledger.replayed";
    /// A package was made.
    PackageMade = "package.made";
    /// A package was opened or fetched.
    PackageOpened = "package.opened";
    /// A package and its key were destroyed.
    PackageRemoved = "package.removed";
    /// Somebody asked for work that a worker does later.
    TaskAsked = "task.asked";
    /// A receipt was issued; the entry that binds it.
    ReceiptIssued = "receipt.issued";
    /// The log was exported.
    AuditExported = "audit.exported";
    /// An evidence pack was made; the entry that binds it.
    EvidenceMade = "evidence.made";
    /// Old entries were removed from the log, their hashes kept.
    AuditPruned = "audit.pruned";
    /// A one-time token for the first administrator was made.
    SetupTokenMade = "setup.token_made";
    /// Somebody was asked to work here, with a role.
    UserInvited = "user.invited";
    /// They chose a password and a second factor, and can sign in.
    UserJoined = "user.joined";
    /// A user signed in.
    UserSignedIn = "user.signed_in";
    /// A user showed their second factor again.
    UserSteppedUp = "user.stepped_up";
    /// Somebody who had a user's password, session or reset gave a wrong or used code.
    UserCodeRefused = "user.code_refused";
    /// A user has a new password.
    UserPasswordChanged = "user.password_changed";
    /// An administrator let a user choose a new password.
    UserResetStarted = "user.reset_started";
    /// A user has another role.
    UserRoleChanged = "user.role_changed";
    /// A user can no longer sign in.
    UserDisabled = "user.disabled";
    /// A session ended before its time.
    SessionEnded = "session.ended";
    /// A key for programs was made.
    ApiKeyMade = "api_key.made";
    /// A key for programs was revoked.
    ApiKeyRevoked = "api_key.revoked";
    /// Events reached the delta table of a source.
    DeltaPushed = "delta.pushed";
    /// Events grew too old before every delta table had them, and were destroyed.
    DeltaGivenUp = "delta.given_up";
    /// A mail server took a letter.
    LetterSent = "letter.sent";
    /// A letter was given up.
    LetterGivenUp = "letter.given_up";
    /// Somebody let a letter that was given up be sent again.
    LetterResent = "letter.resent";
    /// A link to a package was made.
    LinkMade = "link.made";
    /// A link was revoked.
    LinkRevoked = "link.revoked";
    /// A link's page mailed a code.
    LinkCodeMade = "link.code_made";
    /// A wrong code was typed in on a link's page.
    LinkCodeRefused = "link.code_refused";
    /// A package was fetched by its link, whole.
    LinkUsed = "link.used";
    /// Work at a source was paused.
    WorkPaused = "work.paused";
    /// Work at a source goes on.
    WorkResumed = "work.resumed";
    /// Everything that destroys was stopped.
    WorkStopped = "work.stopped";
    /// One of two people asked for that to end.
    WorkLiftAsked = "work.lift_asked";
    /// The second one did, and it ended.
    WorkLifted = "work.lifted";
    /// An identity provider was added that vouches for users.
    ProviderAdded = "provider.added";
    /// What an identity provider knows us by, what we show it, or what it may vouch for is another.
    ProviderChanged = "provider.changed";
    /// An identity provider was removed.
    ProviderRemoved = "provider.removed";
    /// From now on an identity provider knows a user by a word of its own.
    UserBound = "user.bound";
    /// It does so no more.
    UserUnbound = "user.unbound";
    /// One person wants what takes two.
    ProposalMade = "proposal.made";
    /// Another one wants it too.
    ProposalConfirmed = "proposal.confirmed";
    /// It is not wanted any more.
    ProposalWithdrawn = "proposal.withdrawn";
    /// A sub-processor was written down.
    SubprocessorAdded = "subprocessor.added";
    /// Those who want to know were told of it.
    SubprocessorAnnounced = "subprocessor.announced";
    /// It was engaged.
    SubprocessorEngaged = "subprocessor.engaged";
    /// It was let go, or never engaged.
    SubprocessorEnded = "subprocessor.ended";
    /// Somebody objected to it.
    SubprocessorObjected = "subprocessor.objected";
    /// Somebody was asked whether they want to be told of sub-processors.
    SubscriberAsked = "subscriber.asked";
    /// They do.
    SubscriberConfirmed = "subscriber.confirmed";
    /// They are not told any more, and their address is forgotten.
    SubscriberRemoved = "subscriber.removed";
    /// Somebody kept a search of the list of requests by a name, for themselves or for everybody.
    ViewSaved = "view.saved";
    /// Such a search is not kept any more.
    ViewRemoved = "view.removed";
    /// The list of requests was taken away as a file.
    RequestsListed = "requests.listed";
    /// Requests were drawn for an auditor's sample, by a head of the log that was there before.
    AuditSampled = "audit.sampled";
    /// A draft of the data map was changed.
    MapDrafted = "map.drafted";
    /// A draft of the data map was thrown away.
    MapDiscarded = "map.discarded";
    /// The data map was tried out with one person, in a transaction that was rolled back.
    MapTried = "map.tried";
    /// How an organization shows itself on its public pages changed.
    PortalChanged = "portal.changed";
    /// The page of a link to a request mailed a code.
    LookCodeMade = "look.code_made";
    /// A wrong code was typed in there.
    LookCodeRefused = "look.code_refused";
    /// Whoever holds the mail looked at how a request stands.
    LookOpened = "look.opened";
    /// A request was stopped by the link in a letter.
    RequestStopped = "request.stopped";
    /// Somebody complained about a request.
    ComplaintMade = "complaint.made";
    /// What a complaint says was looked at.
    ComplaintViewed = "complaint.viewed";
    /// A complaint was answered.
    ComplaintAnswered = "complaint.answered";
    /// A source was connected in the console.
    SourceAdded = "source.added";
    /// How such a source is reached is another.
    SourceChanged = "source.changed";
    /// Such a source was taken away, and how it was reached is forgotten.
    SourceRemoved = "source.removed";
    /// Somebody wrote into the marked places of a letter, or took out what stood there.
    LetterWorded = "letter.worded";
    /// Somebody was entered in the suppression list by hand.
    SuppressionAdded = "suppression.added";
    /// Somebody was taken out of the suppression list.
    SuppressionRemoved = "suppression.removed";
    /// The suppression list was asked about people.
    SuppressionChecked = "suppression.checked";
    /// Entries of the suppression list whose time was over were forgotten.
    SuppressionForgotten = "suppression.forgotten";
    /// An address was written down that is told what happens to requests.
    WebhookAdded = "webhook.added";
    /// Such a webhook is another, or was turned on or off.
    WebhookChanged = "webhook.changed";
    /// A webhook has another secret.
    WebhookRotated = "webhook.rotated";
    /// A webhook was removed, with all that it was told.
    WebhookRemoved = "webhook.removed";
    /// Somebody sent a webhook an event to try it.
    WebhookTested = "webhook.tested";
    /// Somebody let an event be sent to a webhook again.
    WebhookResent = "webhook.resent";
    /// A webhook was turned off, because it wants no more, or nothing got through for days.
    WebhookTurnedOff = "webhook.turned_off";
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl TryFrom<String> for Kind {
    type Error = UnknownKind;

    fn try_from(name: String) -> Result<Self, UnknownKind> {
        name.parse()
    }
}

impl From<Kind> for String {
    fn from(kind: Kind) -> Self {
        kind.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, UnknownKind};

    #[test]
    fn every_kind_reads_back_and_has_a_dotted_name() {
        for kind in Kind::ALL {
            let name = kind.as_str();
            assert_eq!(name.parse(), Ok(*kind));
            let plain =
                |part: &str| part.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') && !part.is_empty();
            assert!(name.split_once('.').is_some_and(|(noun, verb)| plain(noun) && plain(verb)), "{name}");
            assert!(kind.words().ends_with('.') && !kind.words().starts_with(' '), "{name}");
        }
        assert_eq!("request.eaten".parse::<Kind>(), Err(UnknownKind));
    }
}
