// A person without a mouse asks in the portal, confirms by code, follows, complains, and stops their request.

import { journey, must } from "../lib/journey.mjs";
import { Keys } from "../lib/keys.mjs";
import { link, told } from "../lib/mail.mjs";

const CODE = /\b\d{6}\b/;

await journey(async ({ house, enter, browser, step }) => {
  step("an administrator opens the portal, by keyboard too");
  const admin = await enter(await house.admin(), "/settings/portal");
  const theirs = new Keys(admin);
  await theirs.main();
  await theirs.choose(/^input: Shut/, "Open: anybody may ask there");
  await theirs.fill(/#word/, "small");
  await theirs.fill(/#name/, "Small Ltd");
  await theirs.fill(/#email/, "privacy@small.test");
  await theirs.enter("Save the portal");
  await admin.getByText("The portal is open.").waitFor();

  step("asking");
  const page = await browser({ locale: "en-US" });
  const keys = new Keys(page);
  await page.goto(house.at("/portal/small"));
  await keys.enter(/^a: /);
  must(await page.evaluate(() => document.activeElement.id) === "main", "the first stop leads past the head of the page");
  await keys.choose(/^input: /, "Delete my data");
  await keys.enter("summary: ");
  await keys.enter("Send me a code");
  await page.getByText("There is a problem").waitFor();
  await page.waitForLoadState("load");
  await keys.fill(/^input#email/, "one@canary.test");
  await keys.fill(/^textarea#words/, "Canary: please forget me");
  await keys.enter("Send me a code");
  await page.getByRole("heading", { name: "Type in the code" }).waitFor();
  await page.waitForLoadState("load");
  await keys.fill(/^input#code/, (await told("one@canary.test", "Your code is")).match(CODE)[0]);
  await keys.press("Enter");
  await page.getByText("We have your request.").waitFor();
  await page.waitForLoadState("load");

  step("complaining");
  await keys.enter("Complain to us");
  await page.getByLabel("What went wrong?").waitFor();
  await page.waitForLoadState("load");
  await keys.fill(/^textarea#words/, "Canary: nobody answers");
  await keys.enter("Send my complaint");
  await page.getByText("We have your complaint of").waitFor();

  step("stopping it by the link of the letter");
  const letter = await told("one@canary.test", "Your reference is");
  await page.goto(house.at(link(letter, "portal/small/stop/")));
  await keys.enter("Stop this request now");
  await page.getByText("We have paused everything").waitFor();

  step("in another language");
  await page.goto(house.at("/portal/small"));
  await keys.enter(/^a: Deutsch/);
  await page.getByRole("heading", { name: "Ihre Daten", level: 1 }).waitFor();
  console.log(`  ${keys.stops + theirs.stops} stops, each seen`);
});
