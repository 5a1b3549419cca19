//! The engine with its control store on PostgreSQL: cases of every kind, whatever the sources are.

use crate::database::Database;
use crate::house::kept_on_postgres;
use crate::{outages, purging, returning, reviews, wave};

macro_rules! cases {
    ($($room:ident :: $case:ident;)*) => {
        $(#[tokio::test(flavor = "multi_thread")]
        async fn $case() {
            kept_on_postgres($room::$case(Database::sqlite())).await;
            kept_on_postgres($room::$case(Database::postgres())).await;
        })*
    };
}

cases! {
    outages::of_two_workers_on_one_job_one_does_it;
    outages::a_worker_that_lost_its_lease_writes_nothing;
    purging::what_was_purged_never_comes_back;
    purging::a_restored_person_is_forgotten_by_the_ledger;
    returning::chosen_rows_come_back_alone_and_the_rest_later;
    reviews::a_refused_row_stands_alone_and_is_struck_when_tried_again;
    wave::people_of_a_wave_come_back_in_any_order;
    wave::a_purge_of_one_leaves_the_others_restorable;
}
