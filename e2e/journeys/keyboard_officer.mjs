// An officer answers a request by keyboard alone: from Today to the receipt, with a second person who does the same.

import { arrived, journey, must } from "../lib/journey.mjs";
import { Keys } from "../lib/keys.mjs";

await journey(async ({ house, enter, check, step }) => {
  const agent = await house.person("agent");
  const first = await house.person("officer");
  const second = await house.person("officer");
  const { id } = await house.api("POST", "/requests", agent.token, {
    right: "erasure", identifiers: [{ kind: "customer_id", value: "1" }], statement: "Canary: delete it right now!",
    contact: { email: "one@canary.test", name: "Canary One" },
  });
  const shown = () => house.api("GET", `/requests/${id}`, first.token);
  const page = await enter(first);
  const keys = new Keys(page);
  const said = async (words, on = page) => {
    await on.getByText(words).first().waitFor();
    await on.waitForLoadState("load");
  };

  step("from Today to the request, by shortcuts");
  await arrived(page, "Today");
  await keys.press("g", "r");
  await arrived(page, "Requests");
  await keys.press("j", "Enter");
  await arrived(page, "Erasure request");

  step("it is pressed, and the page says how much time there truly is");
  await said("Presses for speed.");
  await said("Nothing is lost by checking first.");
  await check(page, "request-signals");

  step("the plan is made, read and approved");
  await keys.main();
  await keys.enter(/^a: Plan$/);
  await said("No plan yet");
  await keys.main();
  await keys.enter("Make the plan");
  await said("The plan is made");
  await keys.main();
  await keys.enter("Go on to approving");
  await said("Type the id of this request");
  await keys.main();
  await keys.fill("Type the id of this request", id);
  await keys.enter("Approve exactly this plan");
  await said("The plan is approved");

  step("it runs, live");
  await keys.main();
  await keys.enter("Hide the rows now");
  await page.locator("[data-live]").getByText("Done: ").waitFor();
  await house.until(shown, (now) => now.state === "hidden", "the window");
  const next = page.getByRole("link", { name: "See what comes next" });
  if (await next.count()) {
    await keys.main();
    await keys.enter("See what comes next");
    // the page is told anew without what its address said of the start
    await page.waitForURL((url) => !url.search);
  }

  step("two people end the window early");
  const erase = async (by, on) => {
    await by.main();
    await by.enter(/^a: Recovery$/);
    await said("What can come back", on);
    await by.main();
    await by.enter("summary: Erase early");
    await by.fill(/#purge-because/, "the person insists");
    await by.fill(/#purge-typed/, id);
    await by.enter("Erase for good now");
  };
  await erase(keys, page);
  await said("Waits for a second person");
  const two = await enter(second);
  const others = new Keys(two);
  await arrived(two, "Today");
  await others.main();
  // what Today says of it leads to it
  await others.enter(/^a: .*(purge|erase)/i);
  await arrived(two, "Erasure request");
  await erase(others, two);
  await said("erases the rows for good", two);
  await house.until(shown, (now) => now.receipts.length > 0, "the receipt");

  step("the receipt, and the pack to take away");
  await keys.main();
  await keys.enter(/^a: Evidence$/);
  await said("binds exactly this receipt");
  await keys.main();
  const [pack] = await Promise.all([page.waitForEvent("download"), keys.enter("Download the evidence pack")]);
  must(pack.suggestedFilename() === `evidence-${id}.zip`, pack.suggestedFilename());
  await keys.main();
  await keys.to("Copy req_");

  step("the calendar of answers");
  await keys.press("g", "r");
  await arrived(page, "Requests");
  await keys.main();
  await keys.enter("Calendar of answers");
  await arrived(page, "Calendar of answers");
  await check(page, "calendar");
  await keys.main();
  await keys.enter("→");
  await arrived(page, "Calendar of answers");

  step("places fold on a narrow screen, and open by a key");
  await page.setViewportSize({ width: 320, height: 640 });
  await page.goto(house.at("/requests"));
  const high = await page.locator("header.top").evaluate((top) => top.getBoundingClientRect().height);
  console.log(`  what stands over a page of 320 px is ${Math.round(high)} px high`);
  must(high < 260, `what stands over a narrow page is ${high} px high`);
  await keys.enter("summary: Menu: Requests");
  await check(page, "menu-open");
  await page.setViewportSize({ width: 320, height: 640 });
  await keys.enter(/^a: Recovery$/);
  await arrived(page, "Recovery");
  console.log(`  ${keys.stops + others.stops} stops, each seen`);
});
