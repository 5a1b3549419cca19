// An auditor by keyboard alone: the overview, the log and its check, an entry and its proof, a sample, and the pack to take away.

import { arrived, journey, must } from "../lib/journey.mjs";
import { Keys } from "../lib/keys.mjs";

await journey(async ({ house, enter, step }) => {
  const agent = await house.person("agent");
  for (const value of ["1", "2", "3"]) {
    await house.api("POST", "/requests", agent.token, { right: "access", identifiers: [{ kind: "customer_id", value }] });
  }
  const page = await enter(await house.person("auditor"));
  const keys = new Keys(page);

  step("the overview");
  await arrived(page, "Today");
  await keys.main();
  await keys.enter("See the calendar of answers");
  await arrived(page, "Calendar of answers");
  await keys.main();
  await keys.enter("→");
  await arrived(page, "Calendar of answers");
  await keys.main();
  await keys.enter(/^a: 3 due/);
  await arrived(page, "Requests");
  await page.getByText("3 requests").first().waitFor();
  await keys.main();
  await keys.press("j", "Enter");
  await arrived(page, "Access request");

  step("the log, and its check");
  await keys.press("g", "a");
  await arrived(page, "Audit log");
  await keys.main();
  await keys.enter("Verify the log now");
  await page.getByText("nothing is missing").waitFor();
  await page.waitForLoadState("load");

  step("an entry and its proof");
  await keys.main();
  await keys.choose(/^select#kind/, "request submitted");
  await keys.enter("Show these entries");
  await arrived(page, "Audit log");
  await keys.press("j", "Enter");
  await page.getByRole("link", { name: "Download the proof of this entry" }).waitFor();
  await page.waitForLoadState("load");
  await keys.main();
  const [proof] = await Promise.all([page.waitForEvent("download"), keys.enter("Download the proof of this entry")]);
  must(proof.suggestedFilename().startsWith("entry-"), proof.suggestedFilename());

  step("a sample is drawn");
  await keys.press("g", "a");
  await arrived(page, "Audit log");
  await keys.main();
  await keys.enter("Draw a sample");
  await arrived(page, "Draw a sample");
  await keys.main();
  await keys.fill("How many", "2");
  await keys.enter("Draw these requests");
  await arrived(page, "Sample");

  step("the pack to take away");
  await keys.press("g", "a");
  await arrived(page, "Audit log");
  await keys.main();
  await keys.enter("summary: Make an evidence pack of a period");
  const [pack] = await Promise.all([page.waitForEvent("download"), keys.enter("Make the evidence pack")]);
  must(pack.suggestedFilename().endsWith(".zip"), pack.suggestedFilename());
  console.log(`  ${keys.stops} stops, each seen`);
});
