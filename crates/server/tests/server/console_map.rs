//! The data map in the console: seen, held against the databases, proposed, drafted, published by two, tried out.

use std::time::Instant;

use axum::http::StatusCode;
use exeunt_app::access::Role;

use crate::home::Home;
use crate::visitor::Visitor;

const MAP: &str = include_str!("../../../exeunt/tests/cli/small.yaml");

/// A home whose map the console keeps, and where nothing is published yet.
async fn without_files() -> Home {
    Home::furnished(|room| room.maps.clear()).await
}

/// The value of a hidden field.
fn hidden(page: &str, name: &str) -> String {
    let field = page
        .split(&format!("name=\"{name}\" value=\""))
        .nth(1)
        .unwrap_or_else(|| panic!("no {name}: {page}"));
    field.split('"').next().unwrap().to_owned()
}

/// Saves a text as the draft.
async fn draft(by: &Visitor<'_>, text: &str) {
    let revision = hidden(&by.get("/map/changes").await.text(), "revision");
    let saved = by.post("/map/changes", &[("text", text), ("revision", &revision)]).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
}

/// Publishes the draft as it is.
async fn publish(by: &Visitor<'_>) -> crate::home::Answer {
    let revision = hidden(&by.get("/map/changes").await.text(), "revision");
    by.post("/map/changes/publish", &[("revision", &revision)]).await
}

/// Every field of the form of proposals, as it is filled in when it comes.
fn filled(page: &str) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    let form = page.split("action=\"/map/discover\"").nth(1).unwrap_or_else(|| panic!("no form: {page}"));
    let form = form.split("</form>").next().unwrap();
    for input in form.split("<input ").skip(1) {
        let tag = input.split('>').next().unwrap();
        let of = |name: &str| tag.split(&format!("{name}=\"")).nth(1).and_then(|rest| rest.split('"').next());
        let (Some(name), Some(value)) = (of("name"), of("value")) else { continue };
        if name != "_form" && (!tag.contains("type=\"radio\"") || tag.contains(" checked")) {
            fields.push((name.to_owned(), value.to_owned()));
        }
    }
    for select in form.split("<select ").skip(1) {
        let name = select.split("name=\"").nth(1).unwrap().split('"').next().unwrap();
        let chosen = select.split(" selected").next().unwrap().rsplit("value=\"").next().unwrap();
        fields.push((name.to_owned(), chosen.split('"').next().unwrap().to_owned()));
    }
    fields
}

async fn accept(by: &Visitor<'_>, fields: &[(String, String)]) -> crate::home::Answer {
    let fields: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    by.post("/map/discover", &fields).await
}

#[tokio::test]
async fn the_map_is_a_picture_with_a_twin_and_each_table_has_a_page() {
    let home = Home::new().await;
    let officer = home.visitor(Role::Officer).await;
    let page = officer.get("/map").await;
    assert_eq!(page.status, StatusCode::OK);
    let text = page.text();
    for words in [
        "3 tables in 1 source: people are found in 1",
        "data-map",
        "href=\"/map/shop/orders\"",
        "person → customers → orders (by customer_id)",
        "anonymizes 1 column",
        "user.contact",
        "It is kept in files",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(text.contains("aria-label=\"Tables of the data map\""), "the picture has no twin: {text}");
    let narrow = officer.get("/map?category=user.contact").await.text();
    let twin = narrow.split("Tables of the data map").nth(1).unwrap();
    assert!(twin.contains("customers") && !twin.contains("notes"), "{twin}");
    let table = officer.get("/map/shop/orders").await;
    assert_eq!(table.status, StatusCode::OK, "{}", table.text());
    for words in [
        "ship_name",
        "named like it: ship_name",
        "is emptied",
        "by customer_id",
        "pointed at nobody when that row goes",
        "href=\"/map/shop/customers\"",
        "agree",
    ] {
        assert!(table.text().contains(words), "{words}: {}", table.text());
    }
    assert_eq!(officer.get("/map/shop/nothing").await.status, StatusCode::NOT_FOUND);
    assert_eq!(home.visitor(Role::Agent).await.get("/map").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn what_the_databases_say_against_the_map_is_told_with_what_to_do() {
    let home = Home::new().await;
    let engineer = home.visitor(Role::Engineer).await;
    let agrees = engineer.post("/map/check", &[]).await;
    assert_eq!(agrees.status, StatusCode::OK, "{}", agrees.text());
    assert!(agrees.text().contains("The map and the databases agree."), "{}", agrees.text());
    home.acme.run("ALTER TABLE orders ADD COLUMN ip TEXT; CREATE TABLE visits (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers (id));");
    let differs = engineer.post("/map/check", &[]).await.text();
    for words in ["stop every plan", "shop.orders.ip", "visits", "! differs", "! unmapped", "/map/discover"] {
        assert!(differs.contains(words), "{words}: {differs}");
    }
}

/// What no foreign key answers for is sampled when the map is held against the databases, and remembered.
#[tokio::test]
async fn references_that_find_nothing_are_told_in_the_picture_and_in_its_twin() {
    let home = Home::new().await;
    let engineer = home.visitor(Role::Engineer).await;
    assert!(!engineer.get("/map").await.text().contains("sampled"), "nobody looked yet");
    home.acme.run(
        "CREATE TABLE visits (id INTEGER PRIMARY KEY, customer_id INTEGER);
         INSERT INTO visits (customer_id) SELECT id FROM customers;
         INSERT INTO visits (customer_id) VALUES (901), (902), (NULL);",
    );
    let map = home.dir.path().join("Acme.yaml");
    let visits = "  visits:\n    table: visits\n    key: [id]\n    relations: [{ to: customers, by: customer_id, as: owned_by }]\n    on_erase: delete\n";
    let text = std::fs::read_to_string(&map).unwrap();
    std::fs::write(&map, format!("{text}{visits}")).unwrap();
    let checked = engineer.post("/map/check", &[]).await;
    assert_eq!(checked.status, StatusCode::OK, "{}", checked.text());
    let checked = checked.text();
    for words in ["4 of 6 references that were sampled (66 %)", "66 % of 6 sampled", "look at it"] {
        assert!(checked.contains(words), "{words}: {checked}");
    }
    let page = engineer.get("/map").await.text();
    for words in
        ["66 %<title>", "customer_id → customers: 66 % of 6 sampled", "References that find their row"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    let table = engineer.get("/map/shop/visits").await.text();
    assert!(table.contains("its row is found by 66 % of 6 sampled"), "{table}");
    home.acme.run("DELETE FROM visits WHERE customer_id < 900");
    let lost = engineer.post("/map/check", &[]).await.text();
    assert!(lost.contains("not one of 2 references that were sampled finds its row"), "{lost}");
}

#[tokio::test]
async fn an_empty_house_gets_its_map_from_proposals_and_one_person_publishes_the_first() {
    let home = without_files().await;
    let engineer = home.visitor(Role::Engineer).await;
    let empty = engineer.get("/map").await.text();
    assert!(empty.contains("No data map yet") && empty.contains("See what is proposed"), "{empty}");
    let proposed = engineer.get("/map/discover").await;
    assert_eq!(proposed.status, StatusCode::OK);
    let text = proposed.text();
    for words in [
        "3 tables of shop",
        "People are found here",
        "looks like a table of people",
        "user.contact.email",
        "sure",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let answer = accept(&engineer, &filled(&text)).await;
    assert_eq!(answer.headers["location"], "/map/changes?done=accepted", "{}", answer.text());
    let changes = engineer.get("/map/changes").await.text();
    for words in ["put in: ", "table: customers", "# reason:", "Publish version 1"] {
        assert!(changes.contains(words), "{words}: {changes}");
    }
    assert!(!changes.contains("It takes two people"), "{changes}");
    let tried =
        engineer.post("/map/test", &[("map", "draft"), ("kind", "email"), ("value", "one@mail.test")]).await;
    assert_eq!(tried.status, StatusCode::OK, "{}", tried.text());
    assert!(tried.text().contains("Nothing was changed"), "{}", tried.text());
    assert_eq!(home.acme.ask("SELECT count(*) FROM customers"), 4);
    let published = publish(&engineer).await;
    assert_eq!(published.headers["location"], "/map?done=published", "{}", published.text());
    let seen = engineer.get("/map").await.text();
    assert!(seen.contains("Version 1 is in force") && seen.contains("3 tables in 1 source"), "{seen}");
    assert!(engineer.get("/map/discover").await.text().contains("Nothing new in shop"));
    // who was there before the map sees it at once
    let officer = home.visitor(Role::Officer).await;
    assert!(officer.get("/customers").await.text().contains("<option"));
}

#[tokio::test]
async fn a_later_version_takes_two_people() {
    let home = without_files().await;
    let engineer = home.visitor(Role::Engineer).await;
    draft(&engineer, MAP).await;
    assert_eq!(publish(&engineer).await.status, StatusCode::SEE_OTHER);
    draft(&engineer, &MAP.replace("controller: Small Ltd", "controller: Large Ltd")).await;
    let changes = engineer.get("/map/changes").await.text();
    assert!(
        changes.contains("taken out: ")
            && changes.contains("Large Ltd")
            && changes.contains("It takes two people"),
        "{changes}"
    );
    let proposed = publish(&engineer).await;
    assert_eq!(proposed.status, StatusCode::CONFLICT, "{}", proposed.text());
    assert!(proposed.text().contains("proposed now"), "{}", proposed.text());
    assert!(publish(&engineer).await.text().contains("somebody else has to want it too"));
    assert!(engineer.get("/map").await.text().contains("Version 1 is in force"));
    let viewer = home.visitor(Role::Auditor).await;
    assert!(!viewer.get("/map/changes").await.text().contains("Publish version"));
    let officer = home.visitor(Role::Officer).await;
    let published = publish(&officer).await;
    assert_eq!(published.status, StatusCode::SEE_OTHER, "{}", published.text());
    assert!(officer.get("/map").await.text().contains("Version 2 is in force"));
}

#[tokio::test]
async fn what_is_typed_is_kept_even_if_it_is_no_map() {
    let home = without_files().await;
    let engineer = home.visitor(Role::Engineer).await;
    draft(
        &engineer,
        "source: shop\nmodels:\n  orders:\n    table: orders\n    on_erase: eat\n<script>alert(1)</script>",
    )
    .await;
    let text = engineer.get("/map/changes").await.text();
    assert!(
        text.contains("cannot be read yet") && text.contains("<th scope=\"row\" class=\"number\">"),
        "{text}"
    );
    assert!(text.contains("&lt;script&gt;") || text.contains("&#60;script&#62;"), "{text}");
    assert!(!text.contains("<script>alert"), "{text}");
    assert_eq!(publish(&engineer).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    // somebody else changed it meanwhile: what was typed stays in the field
    let stale = engineer.post("/map/changes", &[("text", "source: mine"), ("revision", "0")]).await;
    assert_eq!(stale.status, StatusCode::CONFLICT, "{}", stale.text());
    assert!(
        stale.text().contains("source: mine") && stale.text().contains("somebody changed the draft")
            || stale.text().contains("Somebody changed the draft"),
        "{}",
        stale.text()
    );
    let empty = engineer.post("/map/changes", &[("text", "  "), ("revision", "1")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    let large = "#".repeat(5 << 20);
    let refused = engineer.post("/map/changes", &[("text", &large), ("revision", "1")]).await;
    assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE);
    let large = "a".repeat(5 << 20);
    let refused = engineer.post("/map/changes", &[("text", &large), ("revision", "1")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let discarded = engineer.post("/map/changes/discard", &[("revision", "1")]).await;
    assert_eq!(discarded.status, StatusCode::SEE_OTHER, "{}", discarded.text());
    assert!(engineer.get("/map/changes").await.text().contains("Nobody works on a draft"));
}

#[tokio::test]
async fn a_map_in_files_is_the_map_and_nothing_is_published_beside_it() {
    let home = Home::new().await;
    let engineer = home.visitor(Role::Engineer).await;
    draft(&engineer, &MAP.replace("on_erase: delete\n  orders", "on_erase: detach\n  orders")).await;
    let text = engineer.get("/map/changes").await.text();
    assert!(
        text.contains("The map is kept in files")
            && text.contains("put in: ")
            && !text.contains("Publish version"),
        "{text}"
    );
    let refused = publish(&engineer).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text());
    assert!(refused.text().contains("files that hold the data map"), "{}", refused.text());
    let file = engineer.get("/map.yaml").await;
    assert_eq!(
        (file.text().as_str(), &file.headers["content-type"]),
        (MAP, &"application/yaml; charset=utf-8".parse().unwrap())
    );
    assert!(engineer.get("/map.yaml?draft=yes").await.text().contains("detach"));
}

#[tokio::test]
async fn a_table_that_is_not_accepted_is_asked_about_again_and_categories_are_checked() {
    let home = without_files().await;
    home.acme.run("CREATE TABLE leads (id INTEGER PRIMARY KEY, phone_number TEXT); CREATE TABLE currencies (code TEXT PRIMARY KEY, sign TEXT);");
    let engineer = home.visitor(Role::Engineer).await;
    let page = engineer.get("/map/discover").await.text();
    let mut fields = filled(&page);
    let category = fields.iter().position(|(_, value)| value == "user.contact.email").unwrap();
    fields[category].1 = String::from("user.contact.e-mail");
    let wrong = accept(&engineer, &fields).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", wrong.text());
    for words in ["is no category", "did you mean “user.contact.email”", "value=\"user.contact.e-mail\""]
    {
        assert!(wrong.text().contains(words), "{words}: {}", wrong.text());
    }
    // orders alone hang on nobody
    let customers = page.split("<tr>").find(|row| row.contains("People are found here")).unwrap();
    let id = customers.split("name=\"do-").nth(1).unwrap().split('"').next().unwrap().to_owned();
    fields[category].1 = String::from("user.contact.email");
    let place = fields.iter().position(|(name, _)| *name == format!("do-{id}")).unwrap();
    fields[place].1 = String::from("skip");
    let alone = accept(&engineer, &fields).await;
    assert_eq!(alone.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(alone.text().contains("accept that one too"), "{}", alone.text());
    fields[place].1 = String::from("accept");
    assert_eq!(accept(&engineer, &fields).await.status, StatusCode::SEE_OTHER);
    // what is named as if it held something about people was left for somebody to decide
    let again = engineer.get("/map/discover").await.text();
    assert!(again.contains("1 table of shop is not in the map") || again.contains("Nothing new"), "{again}");
    assert!(engineer.get("/map.yaml?draft=yes").await.text().contains("currencies"));
}

#[tokio::test]
async fn names_from_databases_are_words_and_never_markup() {
    let home = without_files().await;
    home.acme.run("CREATE TABLE \"<img src=x>\" (id INTEGER PRIMARY KEY, \"<b>customer</b>_id\" INTEGER REFERENCES customers (id), \"\"\"q\" TEXT);");
    let engineer = home.visitor(Role::Engineer).await;
    let text = engineer.get("/map/discover").await.text();
    assert!(!text.contains("<img") && !text.contains("<b>customer"), "{text}");
    let answer = accept(
        &engineer,
        &filled(&text)
            .into_iter()
            .map(|(name, value)| (unescaped(&name), unescaped(&value)))
            .collect::<Vec<_>>(),
    )
    .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    assert_eq!(publish(&engineer).await.status, StatusCode::SEE_OTHER);
    let map = engineer.get("/map").await.text();
    assert!(map.contains("&lt;img") && !map.contains("<img"), "{map}");
    let href = map
        .split("href=\"")
        .find(|part| part.starts_with("/map/shop/%3Cimg"))
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let one = engineer.get(href).await;
    assert_eq!(one.status, StatusCode::OK, "{}", one.text());
    assert!(!one.text().contains("<img"), "{}", one.text());
    let checked = engineer.post("/map/check", &[]).await.text();
    assert!(!checked.contains("<img") && !checked.contains("<b>customer"), "{checked}");
}

fn unescaped(text: &str) -> String {
    text.replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&#38;", "&")
}

#[tokio::test]
async fn a_person_is_tried_in_truth_and_nothing_is_changed_or_told() {
    let home = Home::new().await;
    let engineer = home.visitor(Role::Engineer).await;
    let before = home.acme.ask("SELECT count(*) FROM orders");
    let tried = engineer.post("/map/test", &[("kind", "email"), ("value", "one@mail.test")]).await;
    assert_eq!(tried.status, StatusCode::OK, "{}", tried.text());
    let text = tried.text();
    assert!(text.contains("Nothing was changed: everything was rolled back"), "{text}");
    let row = |model: &str| {
        text.split("<tr>").find(|row| row.contains(&format!(">shop.{model}<"))).unwrap().to_owned()
    };
    assert!(row("orders").contains("<td class=\"number ano\">2</td>"), "{}", row("orders"));
    assert!(row("customers").contains("<td class=\"number del\">1</td>"), "{}", row("customers"));
    assert_eq!(home.acme.ask("SELECT count(*) FROM orders"), before);
    let nobody = engineer.post("/map/test", &[("kind", "email"), ("value", "nobody@mail.test")]).await;
    assert!(!nobody.status.is_server_error(), "{}", nobody.text());
    for (kind, value) in [("email", ""), ("shoe_size", "44"), ("email", "no address")] {
        let wrong = engineer.post("/map/test", &[("kind", kind), ("value", value)]).await;
        assert!(wrong.status.is_client_error(), "{kind} {value}: {}", wrong.text());
        assert!(wrong.text().contains("There is a problem"), "{}", wrong.text());
    }
    assert_eq!(home.visitor(Role::Auditor).await.get("/map/test").await.status, StatusCode::FORBIDDEN);
    let log = home.send(home.acme.key(Role::Auditor), "GET", "/api/v1/audit/entries", None).await.text();
    assert!(!log.contains("one@mail"), "{log}");
}

/// Milliseconds that a page may take with a thousand tables. What is built for speed is measured by `bench`; this catches what
/// grows with the square of them, on a machine that does something else as well.
const MOST_MILLIS: u128 = if cfg!(debug_assertions) { 15_000 } else { 150 };

#[tokio::test]
async fn a_thousand_tables_are_seen_in_time() {
    let home = without_files().await;
    let mut script = String::new();
    for number in 0..1_000 {
        script.push_str(&format!(
            "CREATE TABLE t{number} (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers (id), \
             ship_name TEXT, ip TEXT, created_at TEXT, a TEXT, b TEXT, c TEXT);\n"
        ));
    }
    home.acme.run(&format!("BEGIN; {script} COMMIT;"));
    let engineer = home.visitor(Role::Engineer).await;
    let page = engineer.get("/map/discover").await.text();
    assert!(page.contains("1,003 tables of shop") && page.contains("More tables"), "{page}");
    assert_eq!(accept(&engineer, &filled(&page)).await.status, StatusCode::SEE_OTHER);
    assert!(engineer.get("/map/discover").await.text().contains("953 tables of shop"));
    let office = home.house.office(home.acme.id).unwrap();
    let whole = exeunt_app::maps::discover::discover(&office.engine.sources, None).await.unwrap();
    draft(&engineer, &whole.text()).await;
    assert!(engineer.get("/map/discover").await.text().contains("Nothing new"));
    let mut slow = Vec::new();
    for path in ["/map/changes", "/map/discover"] {
        let begun = Instant::now();
        assert_eq!(engineer.get(path).await.status, StatusCode::OK);
        println!("{path} with a draft of 1,003 tables: {} ms", begun.elapsed().as_millis());
    }
    assert_eq!(publish(&engineer).await.status, StatusCode::SEE_OTHER);
    for path in [
        "/map",
        "/map?source=shop",
        "/map?category=user.contact",
        "/map?from=900",
        "/map/shop/t7",
        "/map/changes",
        "/map/test",
        "/sources",
        "/sources/shop",
        "/map/discover",
        "/",
    ] {
        let begun = Instant::now();
        assert_eq!(engineer.get(path).await.status, StatusCode::OK, "{path}");
        let took = begun.elapsed().as_millis();
        println!("{path} with 1,003 tables: {took} ms");
        if took > MOST_MILLIS {
            slow.push(format!("{path}: {took} ms"));
        }
    }
    let text = engineer.get("/map").await.text();
    assert!(
        text.contains("1,003 tables in 1 source") && text.contains("943 tables farther from the person"),
        "{text}"
    );
    assert!(slow.is_empty(), "{slow:?}");
}
