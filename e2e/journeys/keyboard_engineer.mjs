// An engineer connects and maps by keyboard alone: proposals, draft, test person, publishing, the picture, the source.

import { arrived, journey, must } from "../lib/journey.mjs";
import { Keys } from "../lib/keys.mjs";

await journey(async ({ house, enter, step }) => {
  const page = await enter(await house.person("engineer"));
  const keys = new Keys(page);

  step("Today says what comes first");
  await arrived(page, "Today");
  await keys.main();
  await keys.enter("See what is proposed for the data map");
  await arrived(page, "Proposals");

  step("proposals are gone through with single keys, and put into a draft");
  await keys.press("j", "x");
  must(await page.locator("tbody tr").first().locator("[data-skip]").isChecked(), "x does not leave it for later");
  await keys.press("a", "j", "a", "k");
  must(await page.locator("tbody tr").first().locator("[data-accept]").isChecked(), "a does not accept");
  await keys.enter("Put what is accepted into the draft");
  await arrived(page, "Draft of the data map");

  step("a test person");
  await keys.main();
  await keys.enter("Try it with a test person first");
  await arrived(page, "Test person");
  await keys.main();
  await keys.choose(/^select#kind/, "email");
  await keys.fill(/^input#value/, "one@mail.test");
  await keys.enter("Try and roll back");
  await page.getByText("Nothing was changed").waitFor();
  await page.waitForLoadState("load");

  step("publishing");
  await keys.main();
  await keys.enter("Draft and publish");
  await arrived(page, "Draft of the data map");
  await keys.main();
  await keys.enter("Publish version 1");
  await arrived(page, "Data map");
  await page.getByText("The map is published.").waitFor();

  step("the picture: arrows along its lines, Enter opens a table");
  await keys.main();
  await keys.enter("Check against the databases now");
  await page.getByRole("heading", { name: "Map and databases" }).waitFor();
  await page.waitForLoadState("load");
  await keys.to(/^a#.*: /);
  for (const key of ["ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"]) await keys.press(key);
  must(await page.evaluate(() => Boolean(document.activeElement.closest("[data-map]"))), "the arrows lead out of the picture");
  await keys.press("Enter");
  await page.getByRole("heading", { level: 1, name: /^shop: / }).waitFor();
  await page.waitForLoadState("load");

  step("the source and its check");
  await keys.press("g", "s");
  await arrived(page, "Sources");
  await keys.main();
  await keys.enter(/^a: shop$/);
  await arrived(page, "shop");
  await keys.main();
  await keys.enter("Check the connection now");
  await page.getByText("It answers").waitFor();
  console.log(`  ${keys.stops} stops, each seen`);
});
