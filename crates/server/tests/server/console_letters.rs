//! Writing into the marked places of letters before they go: what stays the law's, what is kept, and what is not.

use axum::http::StatusCode;
use exeunt_app::access::Role;
use serde_json::{Value, json};

use crate::console_request::{followed, shown};
use crate::home::{Answer, Home};
use crate::portal::Opened;
use crate::posted::{EMAIL, Posted};

async fn put(home: &Home, key: &str, path: &str, opening: &str, note: &str) -> Answer {
    home.send(key, "PUT", path, Some(json!({ "opening": opening, "note": note }))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_officer_writes_goes_with_the_refusal_and_the_law_stays() {
    let posted = Posted::new().await;
    let home = &posted.home;
    let id = posted.submit("access", "1", "de").await;
    let officer = home.visitor(Role::Officer).await;
    let tab = format!("/requests/{id}/letters");
    let listed = shown(&officer, &tab).await;
    assert!(listed.contains("Letters that may come") && listed.contains("it is refused"), "{listed}");
    let place = format!("{tab}/places/refused");
    let empty = shown(&officer, &place).await;
    assert!(empty.contains("Zu Ihrem Antrag") && empty.contains("In German"), "{empty}");
    assert!(empty.contains("[the reason, as it is typed in]") && empty.contains("[name]"), "{empty}");
    assert!(!empty.to_lowercase().contains("canary"), "nobody is named: {empty}");

    // a look keeps nothing
    let words = [("opening", "Vielen Dank für Ihre <b>Geduld</b>."), ("note", "Rufen Sie an.\r\n\r\nשלום")];
    let look: Vec<(&str, &str)> = words.iter().copied().chain([("act", "look")]).collect();
    let looked = officer.post(&place, &look).await;
    assert_eq!(looked.status, StatusCode::OK);
    let text = looked.text();
    assert!(text.contains("It is not kept yet."), "{text}");
    assert!(text.contains("<p dir=\"auto\">Vielen Dank für Ihre &lt;b&gt;Geduld&lt;/b&gt;.</p>"), "{text}");
    assert!(!shown(&officer, &place).await.contains("Geduld"));

    let keep: Vec<(&str, &str)> = words.iter().copied().chain([("act", "keep")]).collect();
    let kept = followed(&officer, officer.post(&place, &keep).await).await;
    assert!(kept.contains("What you wrote is kept") && kept.contains("an opening, and a note"), "{kept}");
    let again = shown(&officer, &place).await;
    assert!(again.contains("Rufen Sie an.\n\nשלום</textarea>"), "{again}");
    assert!(again.contains("You may complain") || again.contains("Datenschutzbehörde beschweren"), "{again}");

    let refuse = format!("/api/v1/requests/{id}/refuse");
    let body = json!({ "grounds": ["unfounded"], "because": "zum fünften Mal" });
    let done = home.send(posted.officer(), "POST", &refuse, Some(body)).await;
    assert_eq!(done.status, StatusCode::NO_CONTENT, "{}", done.text());
    let (stop, worker) = home.work();
    let mail = posted.told("Der Grund ist").await.text();
    stop.now();
    worker.await.unwrap();
    for part in [
        "Vielen Dank für Ihre <b>Geduld</b>.",
        "Rufen Sie an.",
        "שלום",
        "Der Grund ist: zum fünften Mal",
        "Sie können sich darüber bei der Datenschutzbehörde beschweren",
    ] {
        assert!(mail.contains(part), "{part}: {mail}");
    }
    // nothing is left, and nothing more can be written
    let over = officer.get(&place).await;
    assert_eq!(over.status, StatusCode::NOT_FOUND);
    let path = format!("/api/v1/requests/{id}/letters/refused");
    let late = put(home, posted.officer(), &path, "x", "").await;
    assert_eq!((late.status, late.word("code").as_str()), (StatusCode::CONFLICT, "E0991"));
    let log = home.send(home.acme.key(Role::Auditor), "GET", "/api/v1/audit/export?form=jsonl", None).await;
    assert!(!log.text().contains("Geduld"), "the log keeps no words");
    let history = shown(&officer, &format!("/requests/{id}")).await;
    assert!(history.contains("Somebody wrote into a letter: it is refused"), "{history}");
    posted.find_nobody();
}

#[tokio::test(flavor = "multi_thread")]
async fn words_that_cannot_go_come_back_with_all_that_was_typed() {
    let posted = Posted::new().await;
    let home = &posted.home;
    let id = posted.submit("erasure", "1", "en").await;
    let officer = home.visitor(Role::Officer).await;
    let place = format!("/requests/{id}/letters/places/finished");
    let (long, link) = ("a".repeat(501), "Look at\nhttps://evil.test");
    for (opening, note, field, words) in [
        (long.as_str(), "kept note", "opening", "It has 501 characters; 500 are the most"),
        ("kept opening", link, "note", "Line 2 has a web or mail address"),
        ("kept opening", "turn \u{202e}it", "note", "signs that cannot be seen"),
    ] {
        let sent = [("opening", opening), ("note", note), ("act", "keep")];
        let back = officer.post(&place, &sent).await;
        assert_eq!(back.status, StatusCode::UNPROCESSABLE_ENTITY);
        let text = back.text();
        assert!(text.contains(words) && text.contains(&format!("href=\"#{field}\"")), "{text}");
        assert!(text.contains(&format!("id=\"{field}-flaw\"")), "{text}");
        for typed in [opening, note].into_iter().filter(|typed| typed.starts_with("kept")) {
            assert!(text.contains(&format!("\n{typed}</textarea>")), "{typed}: {text}");
        }
    }
    let path = format!("/api/v1/requests/{id}/letters/finished");
    let refused = put(home, posted.officer(), &path, "", "see acme.com").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused.json()["errors"][0]["pointer"], "/note", "{}", refused.text());
    assert!(!refused.text().contains("acme.com"), "{}", refused.text());
    let more = format!("/api/v1/requests/{id}/letters/received");
    assert_eq!(put(home, posted.officer(), &more, "x", "").await.status, StatusCode::NOT_FOUND);
    // who may not decide sees none of it
    let viewer = home.visitor(Role::Viewer).await;
    assert!(!shown(&viewer, &format!("/requests/{id}/letters")).await.contains("Letters that may come"));
    assert_eq!(viewer.get(&place).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_letter_of_an_erasure_is_read_before_it_goes_and_keeps_no_words() {
    let opened = Opened::new().await;
    let home = &opened.posted.home;
    let made = opened.made("erasure", &[]).await;
    home.acme.run(&format!("UPDATE customers SET email = '{EMAIL}' WHERE id = 1"));
    let (stop, worker) = home.work();
    opened.posted.erase(&made.id).await;
    opened.posted.told("Your data is now hidden from everyone").await;
    let path = format!("/api/v1/requests/{}/letters/finished", made.id);
    let kept =
        put(home, opened.posted.officer(), &path, "Dear Ada, it is done.", "Ask for Bo at the desk.").await;
    assert_eq!(kept.status, StatusCode::NO_CONTENT, "{}", kept.text());
    let draft = home.send(opened.posted.officer(), "GET", &path, None).await.json();
    let plain = draft["plain"].as_str().unwrap();
    for part in [
        "Dear Ada, it is done.",
        "- customers: 1",
        "[the number of the receipt]",
        "You may complain to the data protection office",
        "Ask for Bo at the desk.",
    ] {
        assert!(plain.contains(part), "{part}: {plain}");
    }
    assert_eq!((&draft["mailed"], &draft["language"]), (&Value::Bool(true), &json!("en")));
    assert!(draft["html"].as_str().unwrap().contains("<p dir=\"auto\">Ask for Bo at the desk.</p>"));
    home.world.skip_days(20);
    let mail = opened.posted.told("is finished. We looked again after that.").await.text();
    stop.now();
    worker.await.unwrap();
    assert!(mail.contains("Dear Ada, it is done.") && mail.contains("Ask for Bo at the desk."), "{mail}");
    // the record is read with the link alone, and names nobody
    let record = opened.get(&made.path).await.text();
    assert!(record.contains("Your request is finished") && !record.contains("Bo at the desk"), "{record}");
    let left = home
        .send(opened.posted.officer(), "GET", &format!("/api/v1/requests/{}/letters", made.id), None)
        .await;
    assert_eq!(left.json()["items"], json!([]));
    opened.posted.find_nobody();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_reads_again_what_was_written_to_them_as_long_as_they_are_known() {
    let opened = Opened::new().await;
    let home = &opened.posted.home;
    let made = opened.made("access", &[]).await;
    let path = format!("/api/v1/requests/{}/letters/extended", made.id);
    put(home, opened.posted.officer(), &path, "Sorry about this.\nWe are few.", "").await;
    // taken out and written again
    put(home, opened.posted.officer(), &path, "", "").await;
    assert_eq!(home.send(opened.posted.officer(), "GET", &path, None).await.json()["places"]["opening"], "");
    put(home, opened.posted.officer(), &path, "Sorry about this.\r\nWe are few.", "").await;
    let extend = format!("/api/v1/requests/{}/extend", made.id);
    let body = json!({ "kind": "complexity", "because": "there are many systems" });
    home.send(opened.posted.officer(), "POST", &extend, Some(body)).await;
    let page = opened.look(&made.path, &made.cookie).await.text();
    assert!(
        page.contains("Acme wrote this with it:") && page.contains("Sorry about this.\nWe are few."),
        "{page}"
    );
    assert!(opened.mailed("We are few.").await.contains("in the time we said"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_complaint_is_answered_by_a_letter_with_where_else_to_complain() {
    let opened = Opened::new().await;
    let home = &opened.posted.home;
    let made = opened.made("access", &[]).await;
    let sent = opened.send(&format!("{}/complaint", made.path), &[("words", "I wait")], &made.cookie).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER);
    let officer = home.visitor(Role::Officer).await;
    let request = format!("/requests/{}", made.id);
    let page = shown(&officer, &request).await;
    assert!(page.contains("Your answer, mailed to the person"), "{page}");
    let act = format!("{request}/acts/complaint");
    for (answer, because, words) in [
        ("", "", "Write the answer that is mailed"),
        ("both", "ways", "Leave one of the two empty"),
        ("see www.evil.test", "", "web or mail address"),
    ] {
        let sent = [("number", "1"), ("answer", answer), ("because", because)];
        let back = officer.post(&act, &sent).await;
        assert_eq!(back.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(back.text().contains(words) && back.text().contains(answer), "{}", back.text());
    }
    let answer = "We looked into it.\r\n\r\nYour data comes tomorrow.";
    let done = officer.post(&act, &[("number", "1"), ("answer", answer), ("because", "")]).await;
    let page = followed(&officer, done).await;
    assert!(page.contains("Your answer waits to be mailed to the person"), "{page}");
    assert!(page.contains("✓ answered") && !page.contains("tomorrow"), "{page}");
    let mail = opened.mailed("Your data comes tomorrow.").await;
    assert!(
        mail.contains("This is our answer to your complaint")
            && mail.contains("You may go to court as well."),
        "{mail}"
    );
    assert!(shown(&officer, &format!("{request}/letters")).await.contains("our answer to your complaint"));
    let read = opened.look(&made.path, &made.cookie).await.text();
    assert!(read.contains("We looked into it.\n\nYour data comes tomorrow."), "{read}");
    opened.posted.find_nobody();
}

#[tokio::test(flavor = "multi_thread")]
async fn stops_and_complaints_are_listed_read_and_answered_by_programs() {
    let opened = Opened::new().await;
    let home = &opened.posted.home;
    let made = opened.made("access", &[]).await;
    let words = "Canary: I wait for weeks";
    opened.send(&format!("{}/complaint", made.path), &[("words", words)], &made.cookie).await;
    let stop = crate::portal::path_in(&opened.mailed("Your reference is").await, "stop/");
    opened.post(&stop, &[("act", "stop")]).await;
    let (officer, agent) = (opened.posted.officer(), opened.posted.agent());
    let stops = home.send(agent, "GET", "/api/v1/stops", None).await.json();
    assert_eq!(stops["items"][0]["request"], made.id.as_str());
    assert_eq!(stops["items"].as_array().unwrap().len(), 1);
    let one = home.send(agent, "GET", &format!("/api/v1/requests/{}/stop", made.id), None).await.json();
    assert!(one["ended_at"].is_null() && one["answer_by"].is_string(), "{one}");
    let open = home.send(agent, "GET", "/api/v1/complaints", None).await;
    assert_eq!(open.json()["items"][0]["number"], 1);
    assert!(!open.text().contains("weeks"), "{}", open.text());
    let path = format!("/api/v1/requests/{}/complaints", made.id);
    let read = json!({ "because": "to answer it" });
    let read = home.send(officer, "POST", &format!("{path}/1/read"), Some(read)).await;
    assert_eq!(read.json()["words"], words);
    let auditor = home.acme.key(Role::Auditor);
    let denied = json!({ "because": "to see it" });
    let denied = home.send(auditor, "POST", &format!("{path}/1/read"), Some(denied)).await;
    assert_eq!(denied.status, StatusCode::FORBIDDEN);
    let answer = format!("{path}/1/answer");
    for wrong in [json!({}), json!({ "answer": "a", "because": "b" })] {
        let wrong = home.send(officer, "POST", &answer, Some(wrong)).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let link = home.send(officer, "POST", &answer, Some(json!({ "answer": "www.evil.test" }))).await;
    assert_eq!(link.word("code"), "E0992", "{}", link.text());
    for number in ["2", "x"] {
        let nothing = format!("{path}/{number}/answer");
        let nothing = home.send(officer, "POST", &nothing, Some(json!({ "because": "by phone" }))).await;
        assert_eq!(nothing.status, StatusCode::NOT_FOUND);
    }
    let done = home.send(officer, "POST", &answer, Some(json!({ "answer": "It comes tomorrow." }))).await;
    assert_eq!(done.status, StatusCode::NO_CONTENT, "{}", done.text());
    let twice = home.send(officer, "POST", &answer, Some(json!({ "because": "by phone" }))).await;
    assert_eq!(twice.word("code"), "E0312");
    assert_eq!(home.send(agent, "GET", "/api/v1/complaints", None).await.json()["items"], json!([]));
    assert!(home.send(agent, "GET", &path, None).await.json()["items"][0]["answered_at"].is_string());
    opened.mailed("It comes tomorrow.").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_letter_can_go_the_answer_is_only_written_down() {
    let opened = Opened::new().await;
    let made = opened.made("access", &[]).await;
    let home = &opened.posted.home;
    opened.send(&format!("{}/complaint", made.path), &[("words", "I wait")], &made.cookie).await;
    // as if nothing were known of them any more
    let office = home.house.office(home.acme.id).unwrap();
    let mut change = office.engine.store.begin().await.unwrap();
    change.destroy_identities(made.id.parse().unwrap()).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    let path = format!("/api/v1/requests/{}/complaints/1/answer", made.id);
    let officer = opened.posted.officer();
    let refused = home.send(officer, "POST", &path, Some(json!({ "answer": "It comes." }))).await;
    assert_eq!((refused.status, refused.word("code").as_str()), (StatusCode::CONFLICT, "E0993"));
    let visitor = home.visitor(Role::Officer).await;
    let page = shown(&visitor, &format!("/requests/{}", made.id)).await;
    assert!(page.contains("No letter can be mailed to this person."), "{page}");
    let done = home.send(officer, "POST", &path, Some(json!({ "because": "by post" }))).await;
    assert_eq!(done.status, StatusCode::NO_CONTENT, "{}", done.text());
}
