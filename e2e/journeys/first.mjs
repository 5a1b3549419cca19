// The first day: from an installation with nobody in it to a first exact dry run on one's own database, with nothing but the
// console. Whoever installed it (`exeunt init --map-in-console`) named no database; a SQLite file lies in the folder for them. What
// has to be pressed and typed is counted: it may become less, and not more.

import { Person } from "../lib/house.mjs";
import { arrived, journey, must } from "../lib/journey.mjs";

/** As many as it takes today. */
const PRESSES = 14;
const FIELDS = 15;

await journey(async ({ house, browser, check, step }) => {
  let presses = 0;
  let fields = 0;
  const press = async (page, role, name) => {
    presses += 1;
    await page.getByRole(role, { name, exact: true }).click();
  };
  const fill = async (page, label, value) => {
    fields += 1;
    await page.getByLabel(label, { exact: true }).fill(value);
  };
  const password = "nine purple otters juggle";
  const join = async (page, token, person) => {
    await fill(page, "One-time token", token);
    await press(page, "button", "Go on");
    const secret = (await page.locator(".key").innerText()).split(/\s/)[0];
    const who = new Person(person.role, person.email, secret);
    if (person.name) {
      await fill(page, "Your name", person.name);
      await fill(page, "Your e-mail address", person.email);
    }
    await fill(page, "A password", password);
    await fill(page, "Code from your authenticator", await who.code());
    await press(page, "button", "Join and sign in");
    await arrived(page, "Today");
  };

  step("whoever holds the setup token becomes the first administrator");
  const first = await browser();
  await first.goto(house.at("/"));
  await press(first, "link", "Join with your one-time token");
  await join(first, house.setupToken(), { role: "admin", name: "Canary Admin", email: "admin@canary.test" });

  step("they invite an engineer");
  await press(first, "link", "Settings");
  await press(first, "link", "People and roles");
  await arrived(first, "People and roles");
  await fill(first, "Name", "Canary Engineer");
  await fill(first, "E-mail address", "engineer@canary.test");
  fields += 1;
  await first.getByLabel("engineer").check();
  await press(first, "button", "Invite this person");
  await arrived(first, "A token for one person");
  const token = (await first.locator("[data-copy]").first().innerText()).split(/\s/)[0];

  step("the engineer joins, and Today says what comes first");
  const page = await browser();
  await page.goto(house.at("/join"));
  await join(page, token, { role: "engineer", email: "engineer@canary.test" });
  await check(page, "first-today");

  step("they connect the first database: it is tried, kept and opened while the service runs");
  await press(page, "link", "Connect the first database");
  await arrived(page, "Sources");
  await check(page, "first-connect");
  await fill(page, "Name", "shop");
  fields += 1;
  await page.getByLabel("SQLite", { exact: true }).check();
  await fill(page, "SQLite: the database file", "nowhere.db");
  await page.getByRole("button", { name: "Connect it" }).click();
  await page.getByText("there is no such file").waitFor();
  await check(page, "first-connect-wrong");
  fields -= 1; // a mistake made on purpose
  await fill(page, "SQLite: the database file", "shop.db");
  await press(page, "button", "Connect it");
  await arrived(page, "shop");
  await page.getByText("It is connected").waitFor();
  await check(page, "first-connected");

  step("each table is proposed with its reason; what is accepted becomes a draft");
  await press(page, "link", "See what is proposed");
  await arrived(page, "Proposals");
  await check(page, "first-proposals");
  await press(page, "button", "Put what is accepted into the draft");
  await arrived(page, "Draft of the data map");
  await check(page, "first-draft");

  step("the draft is tried with somebody of their own");
  await press(page, "link", "Try it with a test person first");
  await arrived(page, "Test person");
  await fill(page, "Its value", "one@mail.test");
  await press(page, "button", "Try and roll back");
  await page.getByText("Nothing was changed").waitFor();
  const row = page.getByRole("row", { name: /customers/ });
  must((await row.getByRole("cell").nth(1).innerText()) === "1", "the person was not found");
  await check(page, "first-dry-run");
  console.log(`  a first exact dry run took ${presses} presses and ${fields} fields`);
  must(presses <= PRESSES && fields <= FIELDS, `it became longer: ${presses} presses, ${fields} fields`);
  must(presses === PRESSES && fields === FIELDS, `it became shorter: note ${presses} presses, ${fields} fields`);

  step("and published: it is the map from then on");
  await page.getByRole("link", { name: "Draft and publish" }).click();
  await page.getByRole("button", { name: "Publish version 1" }).click();
  await arrived(page, "Data map");
  await page.getByText("The map is published.").waitFor();
  await check(page, "first-map");
});
