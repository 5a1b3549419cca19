//! Data maps that no files hold: one draft, versions that count up, and the runs at a source.

use exeunt_base::{ActorId, Name};
use exeunt_store::maps::{Draft, Version};

use crate::place::{Spot, now, on_both, organization};

on_both! {
    a_draft_is_one_and_a_version_once_published_stays;
}

fn draft(revision: i64, text: &str) -> Draft {
    Draft {
        organization: organization(),
        revision,
        text: text.to_owned(),
        based_on: String::new(),
        changed_by: ActorId::new(now(), [1; 10]),
        changed_at: now(),
    }
}

fn version(number: i64) -> Version {
    Version {
        version: number,
        digest: format!("{number:064}"),
        published_by: ActorId::new(now(), [1; 10]),
        published_at: now(),
    }
}

async fn a_draft_is_one_and_a_version_once_published_stays(spot: Spot) {
    let store = spot.started().await;
    assert_eq!(store.map_draft(organization()).await.unwrap(), None);
    assert_eq!(store.newest_map(organization()).await.unwrap(), None);
    let mut change = store.begin().await.unwrap();
    change.put_map_draft(&draft(1, "source: shop")).await.unwrap();
    change.put_map_draft(&draft(2, "source: \u{1f98a} 'shop'\n")).await.unwrap();
    assert_eq!(change.map_draft(organization()).await.unwrap().unwrap().revision, 2);
    change.add_map(organization(), &version(1), "one").await.unwrap();
    change.add_map(organization(), &version(2), "two").await.unwrap();
    assert_eq!(change.newest_map(organization()).await.unwrap(), Some(version(2)));
    change.commit_bookkeeping().await.unwrap();
    assert_eq!(store.map_draft(organization()).await.unwrap(), Some(draft(2, "source: \u{1f98a} 'shop'\n")));
    assert_eq!(store.newest_map(organization()).await.unwrap(), Some(version(2)));
    assert_eq!(store.map_text(organization(), 1).await.unwrap(), "one");
    assert!(store.map_text(organization(), 3).await.is_err());
    assert_eq!(store.map_versions(organization()).await.unwrap(), [version(2), version(1)]);
    let mut change = store.begin().await.unwrap();
    assert!(change.add_map(organization(), &version(2), "other").await.is_err(), "two maps of one number");
    change.rollback().await.unwrap();
    let mut change = store.begin().await.unwrap();
    change.remove_map_draft(organization()).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    assert_eq!(store.map_draft(organization()).await.unwrap(), None);
    assert!(store.runs_at(organization(), &Name::new("shop").unwrap(), 5).await.unwrap().is_empty());
}
