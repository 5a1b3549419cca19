//! The log, the reports and the register, as the console shows them.

use axum::http::StatusCode;
use exeunt_app::access::Role;

use crate::console_request::{followed, shown, submitted};
use crate::home::Home;

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_read_in_words_filtered_and_paged() {
    let home = Home::new().await;
    let (auditor, officer) = (home.visitor(Role::Auditor).await, home.visitor(Role::Officer).await);
    let id = submitted(&home, "erasure", "1").await;
    let place = [("request", id.as_str()), ("because", "a court wants it")];
    followed(&officer, officer.post("/holds?what=request", &place).await).await;
    let page = shown(&auditor, "/audit").await;
    assert!(
        page.contains("Somebody asked for a right.")
            && page.contains("Something must not be purged for now."),
        "{page}"
    );
    assert!(page.contains(&format!("href=\"/requests/{id}\"")), "{page}");
    let holds = shown(&auditor, "/audit?kind=hold").await;
    assert!(holds.contains("hold.placed") && !holds.contains(">request.submitted<"), "{holds}");
    let one = shown(&auditor, &format!("/audit?request={id}")).await;
    assert!(
        one.contains(">hold.placed<")
            && one.contains(">request.submitted<")
            && !one.contains(">user.joined<"),
        "{one}"
    );
    let by = shown(&auditor, &format!("/audit?actor={}", officer.user)).await;
    assert!(by.contains(">hold.placed<") && !by.contains(">request.submitted<"), "{by}");
    assert!(shown(&officer, "/audit?actor=me&kind=hold.placed").await.contains(">you<"));
    assert!(shown(&auditor, "/audit?to=2020-01-01").await.contains("No entry is like that"));
    assert!(
        shown(&auditor, "/audit?from=2020-01-01&to=2099-12-31&kind=store").await.contains("store.created")
    );
    for (query, field) in [
        ("kind=hold.eaten", "kind"),
        ("request=nobody", "request"),
        ("request=req_00000000000000000000000000", "request"),
        ("actor=Ada", "actor"),
        ("from=yesterday", "from"),
        ("to=2026-13-01", "to"),
    ] {
        let refused = auditor.get(&format!("/audit?{query}")).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}: {}", refused.text());
        assert!(refused.text().contains(&format!("href=\"#{field}\"")), "{query}: {}", refused.text());
    }
    let oldest = shown(&auditor, "/audit?before=2").await;
    assert!(oldest.contains("/audit/entries/0\"") && !oldest.contains("Older entries"), "{oldest}");
    let nobody = home.visitor_of(&home.globex, &[Role::Auditor]).await;
    assert!(!shown(&nobody, "/audit").await.contains(&id));
    assert_eq!(home.visitor(Role::Agent).await.get("/audit").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_of_many_entries_goes_page_by_page_without_a_gap() {
    let home = Home::new().await;
    let auditor = home.visitor(Role::Auditor).await;
    for _ in 0..60 {
        submitted(&home, "access", "1").await;
    }
    let (mut path, mut seen) = (String::from("/audit"), Vec::new());
    loop {
        let page = shown(&auditor, &path).await;
        let entries = page.split("<th scope=\"row\"><a href=\"/audit/entries/").skip(1);
        seen.extend(entries.map(|part| part.split('"').next().unwrap().parse::<u64>().unwrap()));
        let Some((before, _)) = page.split_once("\" rel=\"next\">Older entries") else { break };
        path = before.rsplit('"').next().unwrap().replace("&#38;", "&");
    }
    let size = seen[0] + 1;
    assert!(size > 60);
    assert_eq!(seen, (0..size).rev().collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_verified_exported_and_proven_by_whoever_may_read_it() {
    let home = Home::new().await;
    let auditor = home.visitor(Role::Auditor).await;
    submitted(&home, "erasure", "1").await;
    let checked = auditor.post("/audit/verify", &[]).await;
    assert_eq!(checked.status, StatusCode::OK);
    let text = checked.text();
    assert!(
        text.contains("entries are in the log, and nothing is missing") && text.contains("none named"),
        "{text}"
    );

    let entry = shown(&auditor, "/audit/entries/0").await;
    assert!(entry.contains("A control store was made") && entry.contains("Leaf hash"), "{entry}");
    let proof = auditor.get("/audit/entries/0/proof").await;
    assert_eq!(proof.status, StatusCode::OK);
    assert!(proof.text().contains("c2sp.org/tlog-proof"), "{}", proof.text());
    assert_eq!(auditor.get("/audit/entries/999999").await.status, StatusCode::NOT_FOUND);
    assert_eq!(auditor.get("/audit/entries/x").await.status, StatusCode::NOT_FOUND);
    let head = auditor.get("/audit/checkpoint").await;
    assert!(head.headers["content-disposition"].to_str().unwrap().contains("checkpoint.txt"));

    let export = auditor.post("/audit/export", &[("format", "jsonl")]).await;
    assert_eq!(export.headers["content-type"], "application/jsonl");
    assert!(export.text().lines().count() > 5);
    let sheet = auditor.post("/audit/export", &[("format", "csv")]).await;
    assert!(sheet.text().contains("request.submitted"), "{}", sheet.text());
    assert!(shown(&auditor, "/audit?kind=audit").await.contains(">audit.exported<"));

    let pack = auditor.post("/audit/evidence", &[("from", "2020-01-01"), ("to", "2099-12-31")]).await;
    assert_eq!(
        (pack.status, &pack.headers["content-type"]),
        (StatusCode::OK, &"application/zip".parse().unwrap())
    );
    for (from, to) in [("", ""), ("2026-12-31", "2026-01-01"), ("soon", "2026-01-01")] {
        let refused = auditor.post("/audit/evidence", &[("from", from), ("to", to)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text());
        assert!(refused.text().contains("id=\"evidence-from\""), "{}", refused.text());
    }
    let agent = home.visitor(Role::Agent).await;
    for path in ["/audit/verify", "/audit/export", "/audit/evidence"] {
        assert_eq!(agent.post(path, &[]).await.status, StatusCode::FORBIDDEN, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_somebody_changed_is_told_in_words() {
    let home = Home::new().await;
    let auditor = home.visitor(Role::Auditor).await;
    submitted(&home, "erasure", "1").await;
    let store = rusqlite::Connection::open(home.dir.path().join("home/control.db"));
    let store = store.unwrap();
    let text = "UPDATE audit_entries SET entry = CAST(replace(CAST(entry AS TEXT), 'store.created', 'backup.opened') AS BLOB) WHERE position = 0";
    store.execute(text, []).unwrap();
    let checked = auditor.post("/audit/verify", &[]).await;
    assert_eq!(checked.status, StatusCode::OK, "{}", checked.text());
    let text = checked.text();
    assert!(
        text.contains("The log cannot be believed as it stands") && text.contains("does not hold"),
        "{text}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sample_is_drawn_by_a_head_that_was_there_before_and_is_drawn_again_the_same() {
    let home = Home::new().await;
    let auditor = home.visitor(Role::Auditor).await;
    let mut all = Vec::new();
    for _ in 0..12 {
        all.push(submitted(&home, "access", "1").await);
    }
    assert!(shown(&auditor, "/audit/sample").await.contains("neither the organization nor you can choose"));
    let sent = [("from", "2020-01-01"), ("to", "2099-12-31"), ("count", "5")];
    let drawn = auditor.post("/audit/sample", &sent).await;
    let place = drawn.headers["location"].to_str().unwrap().to_owned();
    let page = followed(&auditor, drawn).await;
    assert!(page.contains("5 requests were drawn of 12"), "{page}");
    let rows = page.split("<th scope=\"row\"><a class=\"mono\" href=\"/requests/").skip(1);
    let picked: Vec<String> = rows.map(|row| row.split('"').next().unwrap().to_owned()).collect();
    assert_eq!(picked.len(), 5);
    assert!(picked.iter().all(|id| all.contains(id)));
    // what comes later changes nothing
    submitted(&home, "access", "2").await;
    let again = shown(&auditor, &place).await;
    assert!(picked.iter().all(|id| again.contains(id)) && again.contains("drawn of 12"), "{again}");
    assert!(!again.contains("not the same any more"), "{again}");
    assert!(
        shown(&auditor, "/audit?kind=audit.sampled").await.contains("head of the log that was there before")
    );
    let entry = place.rsplit('/').next().unwrap();
    let other = home.visitor_of(&home.globex, &[Role::Auditor]).await;
    assert_eq!(other.get(&place).await.status, StatusCode::NOT_FOUND);
    assert!(shown(&auditor, &format!("/audit/entries/{entry}")).await.contains("See what was drawn"));
    assert_eq!(auditor.get("/audit/sample/0").await.status, StatusCode::NOT_FOUND);
    for (from, to, count, field) in [
        ("", "2026-01-01", "5", "from"),
        ("2026-01-01", "x", "5", "to"),
        ("2026-01-01", "2026-01-02", "many", "count"),
        ("2026-01-01", "2026-01-02", "0", ""),
        ("2026-02-01", "2026-01-02", "5", ""),
    ] {
        let refused = auditor.post("/audit/sample", &[("from", from), ("to", to), ("count", count)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text());
        assert!(
            field.is_empty() || refused.text().contains(&format!("#sample-{field}")),
            "{}",
            refused.text()
        );
    }
    let none =
        auditor.post("/audit/sample", &[("from", "2020-01-01"), ("to", "2020-01-02"), ("count", "5")]).await;
    assert!(followed(&auditor, none).await.contains("No request was entered then"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_period_is_reported_and_its_address_holds_it() {
    let home = Home::new().await;
    let viewer = home.visitor(Role::Viewer).await;
    assert!(shown(&viewer, "/reports").await.contains("Nobody asked for anything in this period"));
    for right in ["access", "erasure", "erasure"] {
        submitted(&home, right, "1").await;
    }
    let page = shown(&viewer, "/reports").await;
    assert!(page.contains("3 requests were received") && page.contains("<svg class=\"bars\""), "{page}");
    assert!(page.contains("Requests by week and right") && page.contains("None was refused"), "{page}");
    assert!(!page.contains("Record of processing"), "the map is not a viewer's");
    let past = shown(&viewer, "/reports?from=2020-01-01&to=2020-03-31").await;
    assert!(past.contains("value=\"2020-01-01\"") && past.contains("Nothing to report"), "{past}");
    for query in ["from=soon", "to=x", "from=2026-02-01&to=2026-01-01", "from=2001-01-01&to=2026-01-01"] {
        let refused = viewer.get(&format!("/reports?{query}")).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}: {}", refused.text());
        assert!(refused.text().contains("There is a problem"), "{}", refused.text());
    }
    let file = viewer.get("/reports.csv").await;
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    assert!(file.text().starts_with("week_from,right,received,on_time_share\r\n"), "{}", file.text());
    assert!(file.text().contains(",erasure,2,"), "{}", file.text());
    let ccpa = shown(&viewer, "/reports/ccpa?from=2026-01-01&to=2026-12-31").await;
    assert!(ccpa.contains("Requests to delete") && ccpa.contains("Complied with in whole"), "{ccpa}");
    let engineer = home.visitor(Role::Engineer).await;
    let record = shown(&engineer, "/reports/processing").await;
    assert!(record.contains("shop.customers") && record.contains("Article 30"), "{record}");
    assert!(engineer.get("/reports/processing.csv").await.text().contains("shop.customers"));
    assert_eq!(viewer.get("/reports/processing").await.status, StatusCode::FORBIDDEN);
    assert_eq!(engineer.get("/reports").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_register_is_kept_and_says_who_objected_and_what_was_answered() {
    let home = Home::new().await;
    let (officer, viewer) = (home.visitor(Role::Officer).await, home.visitor(Role::Viewer).await);
    assert!(shown(&officer, "/subprocessors").await.contains("No sub-processors yet"));
    let fields = [
        ("name", "Post <b>Ltd</b>"),
        ("purpose", "Sends mail"),
        ("categories", "user.contact.email, user.name"),
        ("region", "eu"),
        ("contact", "dpo@post.example"),
    ];
    let wrong = [fields[0], fields[1], ("categories", "user.eaten"), fields[3], fields[4]];
    let wrong = officer.post("/subprocessors", &wrong).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        wrong.text().contains("value=\"Sends mail\"") && wrong.text().contains("user.eaten"),
        "{}",
        wrong.text()
    );
    assert_eq!(viewer.post("/subprocessors", &fields).await.status, StatusCode::FORBIDDEN);
    let page = followed(&officer, officer.post("/subprocessors", &fields).await).await;
    assert!(page.contains("Post &#60;b&#62;Ltd") && page.contains("planned"), "{page}");
    let id = page.split_once("/subprocessors/spr_").unwrap().1.split('"').next().unwrap();
    let at = format!("/subprocessors/spr_{id}");
    let act = |name: &str| format!("{at}/acts/{name}");
    let early = officer.post(&act("announce"), &[("day", "2020-01-01")]).await;
    assert_eq!(early.status, StatusCode::CONFLICT, "{}", early.text());
    assert!(early.text().contains("The notice is 30 days"), "{}", early.text());
    let page = followed(&officer, officer.post(&act("announce"), &[("day", "")]).await).await;
    assert!(page.contains("It is announced") && page.contains("to 0 subscribers"), "{page}");
    assert_eq!(officer.post(&act("engage"), &[]).await.status, StatusCode::CONFLICT);
    let objection = [("words", "Customer 7 does not want it.")];
    let page = followed(&officer, officer.post(&act("object"), &objection).await).await;
    assert!(page.contains("Customer 7 does not want it."), "{page}");
    assert!(!shown(&viewer, &at).await.contains("Customer 7"), "objections are not for everybody");
    assert_eq!(viewer.post(&act("end"), &[("because", "x")]).await.status, StatusCode::FORBIDDEN);
    home.world.skip_days(31);
    let officer = home.visitor(Role::Officer).await;
    let unanswered = officer.post(&act("engage"), &[("because", "")]).await;
    assert_eq!(unanswered.status, StatusCode::CONFLICT, "{}", unanswered.text());
    let page =
        followed(&officer, officer.post(&act("engage"), &[("because", "It is the only one")]).await).await;
    assert!(
        page.contains("engaged")
            && page.contains("in spite of objections")
            && page.contains("It is the only one"),
        "{page}"
    );
    let without = officer.post(&act("end"), &[]).await;
    assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = followed(&officer, officer.post(&act("end"), &[("because", "too slow")]).await).await;
    assert!(page.contains("too slow") && !page.contains("End this sub-processor"), "{page}");
    assert_eq!(officer.post(&act("eat"), &[]).await.status, StatusCode::NOT_FOUND);
    let other = home.visitor_of(&home.globex, &[Role::Officer]).await;
    assert_eq!(other.get(&at).await.status, StatusCode::NOT_FOUND);
    let mail = officer.post("/subprocessors/subscribers", &[("email", "canary"), ("language", "en")]).await;
    assert_eq!(mail.status, StatusCode::CONFLICT, "nobody mails here: {}", mail.text());
    let subscriber = home.subscriber(&home.acme).await;
    let page = shown(&officer, "/subprocessors").await;
    assert!(page.contains("1 address were asked") || page.contains("1 address"), "{page}");
    let remove = format!("/subprocessors/subscribers/{subscriber}/remove");
    assert_eq!(other.post(&remove, &[]).await.status, StatusCode::NOT_FOUND);
    assert!(
        followed(&officer, officer.post(&remove, &[]).await).await.contains("their address is forgotten")
    );
}
