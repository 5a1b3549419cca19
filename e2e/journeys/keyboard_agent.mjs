// A support agent takes a request in by keyboard alone: pasted, corrected, warned of pressure, explained, followed.

import { arrived, journey, must } from "../lib/journey.mjs";
import { Keys } from "../lib/keys.mjs";

await journey(async ({ house, enter, check, step }) => {
  const page = await enter(await house.person("agent"));
  const keys = new Keys(page);

  step("from Today to the form");
  await arrived(page, "Today");
  await keys.main();
  await keys.enter("Take in the first request");
  await arrived(page, "New request");

  step("an e-mail is pasted, and it presses");
  await keys.main();
  await keys.enter("summary: Paste an e-mail");
  await keys.fill(/^textarea#pasted/, "From: Canary <canary-ada@example.test>\nDate: Mon, 2 Nov 2026 09:14:00 +0100\n\nPlease delete my data RIGHT NOW or I call my lawyer.");
  await keys.enter("Fill in from the e-mail");
  await page.getByText("Proposed from the e-mail").waitFor();
  await page.getByText("Presses for speed.").waitFor();
  await check(page, "request-new-pressed");

  step("the rest is filled in");
  await keys.choose(/^input: Deleting their data/, "Deleting their data");
  await keys.choose(/^select#regime/, "European Union");
  await keys.choose(/^select#channel/, "mail, call");
  await keys.choose(/^select#language/, "English");
  await keys.enter("summary: Français");
  await keys.space("This was explained to the person");
  await keys.enter("button: Take the request in");
  await arrived(page, "The request is taken in");

  step("the confirmation says it again, and leads on");
  await page.getByText("Nothing is lost by checking first.").waitFor();
  await keys.main();
  await keys.enter("Open the request");
  await arrived(page, "Erasure request");

  step("what they wrote is read, with a reason");
  await keys.main();
  await keys.fill("Reason to read them", "to answer them");
  await keys.enter("Reveal the person's words");
  await page.getByText("RIGHT NOW").waitFor();

  step("a flaw gets the focus, and its link leads to the field");
  await keys.press("g", "t");
  await arrived(page, "Today");
  await keys.main();
  await keys.enter("New request");
  await arrived(page, "New request");
  await keys.main();
  await keys.enter("button: Take the request in");
  await page.getByRole("heading", { name: "There is a problem" }).waitFor();
  await page.waitForLoadState("load");
  await keys.enter("Write what the person asked for");
  must(await page.evaluate(() => document.activeElement.id === "statement" || location.hash === "#statement"), "the link leads elsewhere");
  await page.keyboard.type("Canary: a copy please");
  must(await page.locator("#statement").inputValue() === "Canary: a copy please", "the field does not have the focus");
  console.log(`  ${keys.stops} stops, each seen`);
});
