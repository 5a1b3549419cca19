//! Witnesses: how they stand never goes back, and of a day the longest head is kept.

use exeunt_store::witnesses::{Witness, WitnessedHead};

use crate::place::{Spot, now, on_both, organization};

on_both! {
    a_witness_never_stands_further_back;
    of_each_day_the_longest_head_is_kept;
}

fn witness(size: u64, trouble: Option<&str>) -> Witness {
    let signed_at = trouble.is_none().then(now);
    let trouble = trouble.map(str::to_owned);
    Witness {
        witness: String::from("witness.example/w1+00000001"),
        size,
        signed_at,
        asked_at: now(),
        trouble,
    }
}

async fn a_witness_never_stands_further_back(spot: Spot) {
    let store = spot.started().await;
    for one in [witness(7, None), witness(0, Some("could not reach the witness"))] {
        let mut change = store.begin().await.unwrap();
        change.keep_witness(organization(), &one).await.unwrap();
        change.commit_bookkeeping().await.unwrap();
    }
    let trouble = Witness { signed_at: Some(now()), ..witness(7, Some("could not reach the witness")) };
    assert_eq!(store.witnesses(organization()).await.unwrap(), [trouble]);
}

async fn of_each_day_the_longest_head_is_kept(spot: Spot) {
    let store = spot.started().await;
    let head =
        |size, days| WitnessedHead { size, checkpoint: format!("head of {size}"), at: now().plus_days(days) };
    for one in [head(3, 0), head(5, 0), head(5, 0), head(8, 1), head(9, 1), head(20, 2)] {
        let mut change = store.begin().await.unwrap();
        change.keep_witnessed_head(organization(), &one).await.unwrap();
        change.commit_bookkeeping().await.unwrap();
    }
    let kept = store.witnessed_heads(organization(), 9).await.unwrap();
    assert_eq!(kept, [head(20, 2), head(9, 1), head(5, 0)]);
    assert_eq!(store.witnessed_heads(organization(), 1).await.unwrap(), [head(20, 2)]);
}
