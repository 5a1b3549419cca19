// An officer's journey with requests for erasure: planned, approved by a second person, run live, brought back; and another one
// erased for good by two people, with its receipt.

import { journey, must } from "../lib/journey.mjs";

await journey(async ({ house, enter, check, step }) => {
  const agent = await house.person("agent");
  const first = await house.person("officer");
  const second = await house.person("officer");
  const ask = (customer) => house.api("POST", "/requests", agent.token, {
    right: "erasure", identifiers: [{ kind: "customer_id", value: customer }],
    statement: "Canary: please forget me", contact: { email: "one@canary.test", name: "Canary One" },
  });
  const { id } = await ask("1");
  const page = await enter(first, `/requests/${id}`);
  const tab = (name) => page.getByRole("navigation", { name: "Parts of this request" }).getByRole("link", { name, exact: true }).click();

  step("the overview");
  await page.getByRole("heading", { name: "Erasure request" }).waitFor();
  await check(page, "request-fresh");
  must(!(await page.content()).includes("anary"), "the person is not named before somebody says why");

  step("a refused act keeps what was typed");
  await page.getByText("Establish who asks").click();
  await page.locator("#identify-level").selectOption("3");
  await page.locator("#identify-how").selectOption("document");
  await page.getByRole("button", { name: "Write the level down" }).click();
  await page.getByText("There is a problem").waitFor();
  await check(page, "request-refused-act");

  step("the person's own words");
  await page.goto(house.at(`/requests/${id}`));
  await page.getByLabel("Reason to read them").fill("to see what is meant");
  await page.getByRole("button", { name: "Reveal the person's words" }).click();
  await page.getByText("Canary: please forget me").waitFor();
  await check(page, "request-statement");

  step("the clock stands still");
  await page.goto(house.at(`/requests/${id}`));
  await tab("Plan");
  await page.getByText("No plan yet").waitFor();
  await check(page, "request-plan-none");
  await page.getByRole("button", { name: "Make the plan" }).click();
  await page.getByText("The plan is made").waitFor();
  await check(page, "request-plan");
  await page.getByRole("button", { name: "Count the rows now" }).click();
  await page.getByText("Counted just now").waitFor();
  await check(page, "request-plan-counted");
  await page.getByRole("button", { name: "Rehearse it in the sources" }).click();
  await page.getByRole("heading", { name: "Rehearsal" }).waitFor();

  step("approving");
  await page.getByRole("link", { name: "Go on to approving" }).click();
  await page.getByLabel("Type the id of this request").fill("req_wrong");
  await page.getByRole("button", { name: "Approve exactly this plan" }).click();
  await page.getByText("There is a problem").waitFor();
  await check(page, "request-approve-refused");
  const two = await enter(second, `/requests/${id}/approve`);
  await two.getByLabel("Type the id of this request").fill(id);
  await check(two, "request-approve");
  await two.getByRole("button", { name: "Approve exactly this plan" }).click();
  await two.getByText("The plan is approved").waitFor();

  step("running, live");
  await page.goto(house.at(`/requests/${id}/run`));
  await check(page, "request-run-start");
  await page.getByRole("button", { name: "Hide the rows now" }).click();
  await page.locator("[data-live]").getByText("Done: ").waitFor();
  await page.getByRole("link", { name: "See what comes next" }).or(page.getByText("The window runs")).first().waitFor();
  await page.goto(house.at(`/requests/${id}/run`));
  await check(page, "request-run-done");

  step("bringing it back");
  await tab("Recovery");
  await page.getByRole("img", { name: /of the window left/ }).waitFor();
  await check(page, "request-recovery");
  await page.goto(house.at(`/requests/${id}`));
  await check(page, "request-hidden");
  await tab("Recovery");
  await page.locator("#whole-because").fill("the person changed their mind");
  await page.getByRole("button", { name: /^Bring all/ }).click();
  await house.until(() => house.api("GET", `/requests/${id}`, first.token), (shown) => shown.state === "restored", "the rows");
  await page.goto(house.at(`/requests/${id}`));
  await page.getByText("Everything was brought back").waitFor();
  await check(page, "request-restored");

  step("erasing another for good, by two people");
  const other = (await ask("2")).id;
  for (const path of ["plan", "approve"]) {
    await page.goto(house.at(`/requests/${other}/${path}`));
    if (path === "approve") await page.getByLabel("Type the id of this request").fill(other);
    await page.getByRole("button", { name: /^(Make the plan|Approve exactly this plan)$/ }).click();
  }
  await page.getByRole("button", { name: "Hide the rows now" }).click();
  await page.locator("[data-live]").getByText("Done: ").waitFor();
  for (const [browser, says] of [[page, "Waits for a second person"], [two, "erases the rows for good"]]) {
    await browser.goto(house.at(`/requests/${other}/recovery`));
    await browser.getByText("Erase early").click();
    await browser.locator("#purge-because").fill("the person insists");
    await browser.locator("#purge-typed").fill(other);
    await browser.getByRole("button", { name: "Erase for good now" }).click();
    await browser.getByText(says).first().waitFor();
    if (browser === page) await check(page, "request-proposed");
  }
  await house.until(() => house.api("GET", `/requests/${other}`, first.token), (shown) => shown.receipts.length > 0, "the receipt");
  await page.goto(house.at(`/requests/${other}/recovery`));
  await page.getByText("The window is over").waitFor();
  await check(page, "request-recovery-over");
  await tab("Evidence");
  await page.getByText("binds exactly this receipt").waitFor();
  await check(page, "request-evidence");
  const [pack] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download the evidence pack" }).click()]);
  must(pack.suggestedFilename() === `evidence-${other}.zip`, pack.suggestedFilename());
  await tab("Letters");
  await check(page, "request-letters");
  await tab("Overview");
  await check(page, "request-finished");
});
