//! Regions on the command line: found by `map check`, refused by plans, and asked of the process that handles rows.

use crate::desk::Desk;

/// Says in the settings where the installation is, and in the map where the source is.
fn said(desk: &Desk, residency: &str, region: &str) {
    let settings = desk.file(".exeunt/exeunt.yaml");
    let text = std::fs::read_to_string(&settings).unwrap();
    let kept: String = text
        .lines()
        .filter(|line| !line.starts_with("residency:"))
        .fold(String::new(), |all, line| all + line + "\n");
    std::fs::write(&settings, format!("{kept}residency: {residency}\n")).unwrap();
    let map = include_str!("small.yaml");
    std::fs::write(
        desk.file("map.yaml"),
        map.replacen("source: shop\n", &format!("source: shop\n{region}"), 1),
    )
    .unwrap();
}

#[test]
fn a_plan_that_would_move_data_out_is_found_before_it_is_refused() {
    let desk = Desk::small();
    desk.done(&["init", "--source", "shop=sqlite:shop.db"]);
    let request = desk.request("erasure", "customer_id=1");
    said(&desk, "{ storage: us, workers: eu-de }", "region: eu-fr\n");
    let found = desk.ends(&["map", "check"], 4).out;
    assert!(found.contains("error [data-leaves] shop: its rows (in `eu-fr`) would be kept"), "{found}");
    let refused = desk.ends(&["plan", "make", &request], 3).err;
    assert!(refused.contains("error[E0985]") && refused.contains("`us` (`residency.storage`)"), "{refused}");

    said(&desk, "{ storage: eu-de, workers: eu-de }", "");
    let refused = desk.ends(&["plan", "make", &request], 3).err;
    assert!(refused.contains("shop: nobody said where its data is"), "{refused}");

    said(&desk, "{ storage: eu-de, workers: eu-de }", "region: eu-fr\n");
    desk.done(&["plan", "make", &request]);
    desk.approve(&request);

    // somewhere there is a worker for it, but nobody said that it is this process
    said(&desk, "{ storage: eu-de, workers: [eu-de, us] }", "region: eu-fr\n");
    desk.done(&["map", "check"]);
    let refused = desk.ends(&["job", "run", &request], 3).err;
    assert!(refused.contains("error[E0986]") && refused.contains("EXEUNT_REGION"), "{refused}");
    assert!(desk.done(&["request", "show", &request]).contains("approved"), "nothing was begun");

    // the plan stays as it was approved; where things are now is looked at anew
    said(&desk, "{ storage: us, workers: eu-de }", "region: eu-fr\n");
    assert!(desk.ends(&["job", "run", &request], 3).err.contains("error[E0985]"));
    said(&desk, "{ storage: eu-de, workers: eu-de }", "region: eu-fr\n");
    desk.done(&["job", "run", &request]);
    desk.done(&["restore", &request]);
    let again = desk.request("access", "customer_id=2");
    desk.done(&["package", "make", &again]);
}
