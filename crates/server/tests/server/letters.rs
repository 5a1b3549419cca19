//! Letters on their way through the service: written with what they tell of, sent by a worker, destroyed when they are sent.

use axum::http::StatusCode;
use exeunt_app::access::Role;
use exeunt_engine::World;
use serde_json::json;

use crate::home::Home;
use crate::posted::{EMAIL, Posted};

#[tokio::test(flavor = "multi_thread")]
async fn an_erasures_letters_come_when_what_they_tell_is_true() {
    let posted = Posted::new().await;
    let home = &posted.home;
    let (stop, worker) = home.work();
    let request = posted.submit("erasure", "1", "de").await;
    let first = posted.told("Ihre Daten zu löschen").await;
    assert_eq!(first.from, "privacy@acme.test");
    assert!(first.text().contains(&request), "{}", first.text());
    posted.erase(&request).await;
    let hidden = posted.told("jetzt für alle verborgen").await.text();
    assert!(!hidden.contains("haben wir endgültig"), "nothing is deleted yet: {hidden}");
    posted.letter("started", "sent").await;
    posted.letter("job", "sent").await;
    assert_eq!(posted.count(), 2);

    // the address is destroyed with everything else, and lives on in the last letter alone, which waits here
    posted.smtp.answer("451").unwrap();
    home.world.skip_days(15);
    posted.letter("finished", "waiting").await;
    let tried = posted.tried("finished").await;
    assert_eq!(tried["request"], request.as_str());
    let id: exeunt_base::RequestId = request.parse().unwrap();
    let stored = home.house.store.request(id).await.unwrap();
    assert_eq!((stored.state.as_str(), stored.identities, stored.case_key), ("completed", None, None));
    home.world.skip_seconds(61);
    let finished = posted.told("ist abgeschlossen").await.text();
    assert!(finished.contains("- customers: 1\n") && finished.contains("rcp_"), "{finished}");
    posted.letter("finished", "sent").await;
    stop.now();
    worker.await.unwrap();
    for letter in home.house.store.letters_page(home.acme.id, None, None, 99).await.unwrap() {
        assert_eq!(letter.content, None, "{letter:?}");
    }
    assert_eq!(posted.count(), 3, "each once");
    home.house.store.flush_destroyed().await.unwrap();
    posted.find_nobody();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_mail_server_says_decides_what_becomes_of_a_letter() {
    let mut posted = Posted::new().await;
    posted.smtp.answer("451").unwrap();
    let (stop, worker) = posted.home.work();
    posted.submit("erasure", "1", "en").await;
    let later = posted.tried("received").await;
    assert!(later["trouble"].as_str().unwrap().contains("451"), "{later}");
    posted.home.world.skip_seconds(61);
    let sent = posted.letter("received", "sent").await;
    assert_eq!((sent["tries"].as_u64(), sent["trouble"].is_null()), (Some(2), true));
    let again = format!("/api/v1/letters/{}/resend", sent["id"].as_str().unwrap());
    let refused = posted.home.send(posted.agent(), "POST", &again, None).await;
    assert_eq!((refused.status, refused.word("code").as_str()), (StatusCode::CONFLICT, "E0941"));

    posted.smtp.answer("550").unwrap();
    posted.submit("erasure", "2", "en").await;
    let failed = posted.letter("received", "failed").await;
    assert!(failed["trouble"].as_str().unwrap().contains("550"), "{failed}");
    posted.smtp.answer("rcpt:550").unwrap();
    posted.submit("erasure", "3", "en").await;
    let bounced = posted.letter("received", "bounced").await;
    assert_eq!(bounced["resendable"], true);
    assert_eq!(posted.count(), 1);
    let again = format!("/api/v1/letters/{}/resend", bounced["id"].as_str().unwrap());
    let resent = posted.home.send(posted.agent(), "POST", &again, None).await;
    assert_eq!(
        (resent.status, resent.word("state").as_str()),
        (StatusCode::OK, "waiting"),
        "{}",
        resent.text()
    );
    posted.came(2).await;

    // nobody to hand it to: it waits
    posted.smtp.stop();
    posted.submit("access", "2", "fr").await;
    posted.tried("received").await;
    posted.smtp.go_on().unwrap();
    posted.home.world.skip_seconds(61);
    posted.told("une copie de vos données").await;
    posted.letter("received", "sent").await;
    // the one that was given up stays for 30 days, and no longer
    posted.home.world.skip_days(31);
    for _ in 0..600 {
        if posted.letter("received", "failed").await["resendable"] == false {
            break;
        }
        posted.home.world.wait(std::time::Duration::from_millis(50)).await;
    }
    stop.now();
    worker.await.unwrap();
    assert_eq!(posted.letter("received", "failed").await["resendable"], false);
    let log = posted.home.house.store.letters_page(posted.home.acme.id, None, None, 99).await.unwrap();
    assert_eq!(log.iter().filter(|letter| letter.word == "received").count(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sender_that_dies_after_the_servers_yes_sends_the_same_letter_again() {
    let posted = Posted::new().await;
    // taken, and the answer is lost: for us the same as dying before the note
    posted.smtp.answer("take-and-drop").unwrap();
    let (stop, worker) = posted.home.work();
    posted.submit("erasure", "1", "es").await;
    let first = posted.told("Usted pidió esto").await;
    posted.tried("received").await;
    posted.home.world.skip_seconds(61);
    posted.letter("received", "sent").await;
    let second = posted.told("Usted pidió esto").await;
    stop.now();
    worker.await.unwrap();
    assert_eq!(first.header("Message-ID"), second.header("Message-ID"));
    assert_eq!(first.data, second.data, "byte for byte, so that it can be told");
    assert_eq!(posted.count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_nothing_here_is_told_so_and_whoever_asked_for_a_job_how_it_ended() {
    let posted = Posted::new().await;
    let (stop, worker) = posted.home.work();
    let request = posted.submit("access", "404", "en").await;
    let path = format!("/api/v1/requests/{request}/packages");
    let confirmed = json!({ "confirm": { "nobody": true } });
    let asked = posted.home.send(posted.officer(), "POST", &path, Some(confirmed)).await;
    let ended = posted.home.ended(posted.officer(), &asked.word("task")).await;
    assert_eq!(ended.word("state"), "done", "{}", ended.text());
    posted.letter("no_data", "sent").await;
    let text = posted.told("We found none.").await.text();
    assert!(text.contains("Systems we looked in: 1."), "{text}");

    let request = posted.submit("erasure", "1", "en").await;
    posted.erase(&request).await;
    posted.letter("job", "sent").await;
    let all = posted.smtp.taken().unwrap();
    let told = all.iter().find(|one| one.to == ["officer@acme.test"]).unwrap();
    assert!(
        told.text().contains("All of it is done.") && !told.text().contains("Rows done: 0"),
        "{}",
        told.text()
    );
    assert!(told.header("Subject").unwrap().starts_with("Job job_"));
    stop.now();
    worker.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn other_addresses_officers_and_users_are_told_what_concerns_them() {
    let posted = Posted::new().await;
    let (home, officer) = (&posted.home, posted.officer());
    let (stop, worker) = home.work();
    let to = async |address: &str, part: &str| {
        for _ in 0..600 {
            let taken = posted.smtp.taken().unwrap();
            if taken.iter().any(|one| one.to == [address] && one.text().contains(part)) {
                return;
            }
            home.world.wait(std::time::Duration::from_millis(50)).await;
        }
        panic!("{address} was not told `{part}`: {:?}", posted.letters().await);
    };
    // an address given with the request that is not the one it is answered to
    let sent = json!({
        "right": "erasure",
        "identifiers": [{ "kind": "email", "value": "one@mail.test" }, { "kind": "email", "value": EMAIL }],
        "contact": { "email": EMAIL },
    });
    let request = home.send(posted.agent(), "POST", "/api/v1/requests", Some(sent)).await.word("id");
    let planned = home.send(officer, "POST", "/api/v1/plans", Some(json!({ "requests": [request] }))).await;
    let approve = format!("/api/v1/plans/{}/approve", planned.word("id"));
    home.send(officer, "POST", &approve, Some(json!({ "digest": planned.word("digest") }))).await;
    to("one@mail.test", "They gave this e-mail address as one of yours").await;
    // one letter to a role becomes one to each of them
    let office = home.house.office(home.acme.id).unwrap();
    let due = exeunt_mail::Due { request: request.parse().unwrap(), at: home.world.now() };
    let letter = exeunt_mail::Letter::Due { requests: vec![due], now: home.world.now() };
    let everybody = exeunt_engine::letters::To::Role(String::from("officer"));
    let stored = office.engine.letter(None, &everybody, &letter, None).unwrap().unwrap();
    let mut change = home.house.store.begin().await.unwrap();
    change.add_letter(&stored).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    to("officer@acme.test", &request).await;
    // somebody else's act on an account does not stay unseen
    let admin = home.acme.key(Role::Admin);
    let users = home.send(admin, "GET", "/api/v1/users", None).await.json();
    let agent =
        users["items"].as_array().unwrap().iter().find(|user| user["roles"] == json!(["agent"])).unwrap();
    let path = format!("/api/v1/users/{}/roles", agent["user"].as_str().unwrap());
    let changed = home.send(admin, "PUT", &path, Some(json!({ "roles": ["agent", "viewer"] }))).await;
    assert_eq!(changed.status, StatusCode::NO_CONTENT, "{}", changed.text());
    to("agent@acme.test", "Your roles were changed.").await;
    stop.now();
    worker.await.unwrap();
    let asked = posted.smtp.taken().unwrap();
    assert!(
        !asked.iter().any(|one| one.to == [EMAIL] && one.text().contains("one of yours")),
        "not their own"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_decided_is_told_and_officers_are_told_what_is_due() {
    let posted = Posted::new().await;
    let (home, officer) = (&posted.home, posted.officer());
    let (stop, worker) = home.work();
    let later = posted.submit("erasure", "1", "fr").await;
    let received = posted.told("Nous répondrons avant le").await;
    assert!(received.text().contains(&later));
    let because = json!({ "kind": "complexity", "because": "quarante systèmes" });
    let extended =
        home.send(officer, "POST", &format!("/api/v1/requests/{later}/extend"), Some(because)).await;
    assert_eq!(extended.status, StatusCode::OK, "{}", extended.text());
    let told = posted.told("quarante systèmes").await.text();
    assert!(told.contains("Nous répondrons avant le"), "{told}");
    let refused = posted.submit("erasure", "2", "es").await;
    let because = json!({ "grounds": ["unfounded"], "because": "es la misma de ayer" });
    let answer =
        home.send(officer, "POST", &format!("/api/v1/requests/{refused}/refuse"), Some(because)).await;
    assert!(answer.status.is_success(), "{}", answer.text());
    let told = posted.told("es la misma de ayer").await.text();
    assert!(told.contains("La ley lo dice aquí: ") && told.contains("12"), "{told}");
    // a third one waits until it is late: one letter a day, to each officer
    let waits = posted.submit("access", "3", "en").await;
    home.world.skip_days(40);
    for _ in 0..600 {
        let taken = posted.smtp.taken().unwrap();
        if taken.iter().any(|one| one.to == ["officer@acme.test"] && one.text().contains(&waits)) {
            break;
        }
        home.world.wait(std::time::Duration::from_millis(50)).await;
    }
    let taken = posted.smtp.taken().unwrap();
    let due: Vec<String> = taken
        .iter()
        .filter(|one| one.to == ["officer@acme.test"] && one.text().contains("These answers are late:"))
        .map(|one| one.text())
        .collect();
    assert_eq!(due.len(), 1, "{taken:?}");
    assert!(due[0].contains(&waits) && !due[0].contains(&refused), "{}", due[0]);
    stop.now();
    worker.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_that_is_none_is_refused_without_being_repeated_and_without_mail_nobody_is_written_to() {
    let home = Home::new().await;
    let agent = home.acme.key(Role::Agent);
    let identifiers = json!([{ "kind": "customer_id", "value": "1" }]);
    for (contact, pointer) in [
        (json!({ "email": "canary" }), "/contact/email"),
        (json!({ "email": "canary@mail.test\r\nBcc: eve@mail.test" }), "/contact/email"),
        (json!({ "email": "a@b.test", "name": "canary\nBcc: x" }), "/contact/name"),
        (json!({ "email": "a@b.test", "language": "tlh" }), "/contact/language"),
        (json!({ "email": "a@b.test", "phone": "1" }), "/contact/…"),
    ] {
        let sent = json!({ "right": "access", "identifiers": identifiers, "contact": contact });
        let refused = home.send(agent, "POST", "/api/v1/requests", Some(sent)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text());
        assert_eq!(refused.json()["errors"][0]["pointer"], pointer, "{}", refused.text());
        assert!(!refused.text().contains("canary"), "{}", refused.text());
    }
    let sent = json!({ "right": "access", "identifiers": identifiers, "contact": { "email": EMAIL } });
    assert_eq!(home.send(agent, "POST", "/api/v1/requests", Some(sent)).await.status, StatusCode::CREATED);
    let listed = home.send(agent, "GET", "/api/v1/letters", None).await.json();
    assert_eq!(listed["items"], json!([]));
    let letter = home.letter(&home.acme).await;
    let again = home.send(agent, "POST", &format!("/api/v1/letters/{letter}/resend"), None).await;
    assert_eq!((again.status, again.word("code").as_str()), (StatusCode::CONFLICT, "E0940"));
}
