// An engineer keeps the map: sees it, holds it against the databases, accepts what is new by keyboard, mends a draft, tries it.
// The map of this home is in files, and its database has a column and two tables that the map does not know.

import { arrived, focused, journey, must } from "../lib/journey.mjs";

await journey(async ({ house, enter, check, step }) => {
  step("the map is a picture, and a table beside it");
  const page = await enter(await house.person("engineer"));
  await page.getByRole("link", { name: "Data map", exact: true }).click();
  await arrived(page, "Data map");
  await check(page, "map");

  step("arrow keys follow its lines, Enter opens a table");
  const boxes = page.locator("[data-map] a");
  await boxes.first().focus();
  const before = await focused(page);
  for (const key of ["ArrowLeft", "ArrowRight", "ArrowDown", "ArrowUp"]) await page.keyboard.press(key);
  const seen = new Set([before]);
  for (const key of ["ArrowRight", "ArrowRight", "ArrowLeft", "ArrowLeft"]) {
    await page.keyboard.press(key);
    seen.add(await focused(page));
  }
  must(seen.size > 1, `the arrows stay at ${before}`);
  await page.locator("[data-map] a", { hasText: "orders" }).focus();
  await page.keyboard.press("Enter");
  await arrived(page, "shop: orders");
  await check(page, "map-table");

  step("held against the databases, it says what is wrong and what to do");
  await page.getByRole("link", { name: "Map", exact: true }).click();
  await page.getByRole("button", { name: "Check against the databases now" }).click();
  await page.getByRole("heading", { name: "Map and databases" }).waitFor();
  await check(page, "map-checked");

  step("a category narrows it down");
  await page.getByRole("link", { name: "user.contact", exact: true }).click();
  await arrived(page, "Data map");
  must(page.url().includes("category=user.contact"), page.url());

  step("what is new is decided by keyboard");
  await page.goto(house.at("/map/discover"));
  await arrived(page, "Proposals");
  await check(page, "map-proposals");
  await page.keyboard.press("j");
  must((await focused(page)).startsWith("input"), `j leads to ${await focused(page)}`);
  await page.keyboard.press("x");
  must(await page.locator("tbody tr").first().locator("[data-skip]").isChecked(), "x does not leave it for later");
  await page.keyboard.press("a");
  must(await page.locator("tbody tr").first().locator("[data-accept]").isChecked(), "a does not accept");
  await page.getByRole("button", { name: "Put what is accepted into the draft" }).click();
  await arrived(page, "Draft of the data map");
  await page.getByText("The map is kept in files").waitFor();
  await check(page, "map-draft");

  step("a text that is no map is kept, and each line is named");
  const text = page.getByLabel("The whole map as YAML");
  await text.fill(`${await text.inputValue()}\n  broken: [`);
  await page.getByRole("button", { name: "Save the draft" }).click();
  await page.getByText("The draft cannot be read yet.").waitFor();
  must((await text.inputValue()).includes("broken: ["), "what was typed is lost");
  await check(page, "map-draft-broken");

  step("a test person is tried with the map in force");
  await page.getByRole("link", { name: "Test person", exact: true }).click();
  await page.goto(house.at("/map/test?map=in_force"));
  await arrived(page, "Test person");
  await check(page, "map-test");

  step("the sources: how each stands, its check, and the lines for another one");
  await page.getByRole("link", { name: "Sources", exact: true }).click();
  await arrived(page, "Sources");
  await check(page, "sources");
  await page.getByLabel("Name", { exact: true }).fill("crm");
  await page.getByLabel("SQLite", { exact: true }).check();
  await page.getByLabel("SQLite: the database file").fill("/srv/crm.db");
  await page.getByRole("button", { name: /^Write (the )?lines/ }).click();
  await page.getByRole("heading", { name: "Connect crm" }).waitFor();
  await check(page, "sources-lines");
  await page.getByRole("link", { name: "shop", exact: true }).click();
  await arrived(page, "shop");
  await page.getByRole("button", { name: "Check the connection now" }).click();
  await page.getByText("It answers").waitFor();
  await check(page, "source");
});
