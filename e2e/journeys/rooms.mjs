// The rooms beside the requests: what is hidden and comes back, what was handed over, what is held and kept, the log with a
// sample of it, the reports, and the register of sub-processors. The home's map keeps notes by law.

import { arrived, journey, must } from "../lib/journey.mjs";

await journey(async ({ house, enter, check, step }) => {
  const agent = await house.person("agent");
  const officer = await house.person("officer");
  const second = await house.person("officer");
  const auditor = await house.person("auditor");
  const ask = (right, customer) => house.api("POST", "/requests", agent.token, {
    right, identifiers: [{ kind: "customer_id", value: customer }], contact: { email: "one@canary.test" },
  });
  const page = await enter(officer);
  const place = (name) => page.getByRole("navigation", { name: "Places" }).getByRole("link", { name, exact: true }).click();

  step("empty rooms say what comes first");
  for (const [name, heading, picture] of [
    ["Recovery", "Recovery", "recovery-empty"], ["Exports", "Exports", "exports-empty"], ["Holds", "Holds", "holds-empty"],
    ["Retention", "Retention", "retention-empty"], ["Reports", "Reports", "reports-empty"],
    ["Sub-processors", "Sub-processors", "subprocessors-empty"],
  ]) {
    await place(name);
    await arrived(page, heading);
    await check(page, picture);
  }

  step("two people are erased, and one comes back");
  const hide = async (customer) => {
    const { id } = await ask("erasure", customer);
    const plan = await house.api("POST", "/plans", officer.token, { requests: [id] });
    await house.api("POST", `/plans/${plan.id}/approve`, officer.token, { digest: plan.digest });
    await house.api("POST", "/jobs", officer.token, { plan: plan.id });
    await house.until(() => house.api("GET", `/requests/${id}`, officer.token), (shown) => shown.state === "hidden", "the window");
    return id;
  };
  const one = await hide("1");
  const two = await hide("4");
  const gone = await hide("2");
  for (const by of [officer, second]) {
    await house.api("POST", `/requests/${gone}/purge`, by.token, { now_because: "the person insists" }).catch((error) => {
      must(by === officer && String(error).includes("E0976"), String(error));
    });
  }
  await house.until(() => house.api("GET", `/requests/${gone}`, officer.token), (shown) => shown.receipts.length > 0, "the receipt");
  await place("Customers");
  await arrived(page, "Customers");
  await page.getByLabel("Identifier", { exact: true }).selectOption("customer_id");
  await page.getByLabel("Its value").fill("1");
  await page.getByRole("button", { name: "Look up customer" }).click();
  await page.getByRole("rowheader", { name: "Erased rows that can come back" }).waitFor();
  await page.getByRole("rowheader", { name: /stay because a law says so/ }).waitFor();
  await check(page, "customer-remains");
  await place("Recovery");
  await arrived(page, "Recovery");
  await check(page, "recovery-list");
  await page.getByRole("row", { name: new RegExp(one) }).getByText(/^Bring/).first().click();
  await page.locator(`#because-${one}`).fill("   ");
  await page.getByRole("row", { name: new RegExp(one) }).getByRole("button").click();
  await page.getByText("There is a problem").waitFor();
  await check(page, "recovery-refused");
  await page.locator(`#because-${one}`).fill("they changed their mind");
  await page.getByRole("row", { name: new RegExp(one) }).getByRole("button").click();
  await page.getByText("A worker brings the rows back").waitFor();
  await house.until(() => house.api("GET", `/requests/${one}`, officer.token), (shown) => shown.state === "restored", "the rows");
  await page.goto(house.at(`/requests/${one}/recovery`));
  await page.getByText("they changed their mind").waitFor();

  step("rows stay by law");
  await place("Retention");
  await page.getByText("because a law says so.").waitFor();
  await page.getByRole("button", { name: /^Check .* now/ }).click();
  await page.getByText("A worker looks at everything").waitFor();
  await house.until(async () => {
    await page.goto(house.at("/retention"));
    return page.locator(".stairs").count();
  }, (stairs) => stairs > 0, "the end of what stays");
  await check(page, "retention-kept");

  step("holds");
  await place("Holds");
  await page.getByText("Hold one request").click();
  await page.locator("#request-request").fill(two);
  await page.locator("#request-until").fill("2020-01-01");
  await page.locator("#request-because").fill("a claim before the court");
  await page.getByRole("button", { name: "Put this request on hold" }).click();
  await page.getByText("There is a problem").waitFor();
  must(await page.locator("#request-because").inputValue() === "a claim before the court", "what was typed is lost");
  await check(page, "holds-refused");
  await page.locator("#request-until").fill("");
  await page.getByRole("button", { name: "Put this request on hold" }).click();
  await page.getByText("The request is on hold").waitFor();
  await page.getByText("Hold everything of a person").click();
  await page.locator("#person-kind").selectOption("email");
  await page.locator("#person-value").fill("canary-three@example.test");
  await page.locator("#person-because").fill("an inquiry");
  await page.getByRole("button", { name: "Hold this person’s rows" }).click();
  await page.getByText("one person, sealed").waitFor();
  await check(page, "holds-list");
  const lift = async (browser) => {
    await browser.goto(house.at("/holds"));
    const row = browser.getByRole("row", { name: /an inquiry/ });
    await row.getByText("Lift it").click();
    await row.getByLabel("Reason").fill("the inquiry is over");
    await row.getByRole("button", { name: "Lift this hold" }).click();
  };
  await lift(page);
  await page.getByText("That takes two people").waitFor();
  await page.goto(house.at(`/requests/${two}/letters`));
  await page.getByText("What the answer must tell").first().waitFor();
  await check(page, "letters-checklist");
  const other = await enter(second, "/holds");
  await other.goto(house.at("/"));
  await other.getByRole("link", { name: /^lift hld_/ }).waitFor();
  await check(other, "today-proposal");
  await lift(other);
  await other.getByText("The hold is lifted").waitFor();
  await other.getByText("Holds that were lifted or ended").click();
  await check(other, "holds-lifted");

  step("packages");
  const { id } = await ask("access", "3");
  await house.api("POST", `/requests/${id}/packages`, officer.token, { formats: ["json"] });
  await house.until(() => house.api("GET", `/requests/${id}`, officer.token), (shown) => shown.state === "ready", "the package");
  await place("Exports");
  await page.getByText("ready to fetch").first().waitFor();
  await check(page, "exports-list");
  await page.getByText("Make a new link").click();
  await page.getByRole("button", { name: "Mail a new link" }).click();
  await page.getByText("There is a problem").waitFor();
  await page.getByText("Destroy it").click();
  await page.getByRole("button", { name: /^Destroy package/ }).click();
  await page.getByText("The package is destroyed").waitFor();
  await check(page, "exports-destroyed");

  step("the register");
  await place("Sub-processors");
  await page.getByText("Add a sub-processor").click();
  await page.getByLabel("Name").fill("Post Office Ltd");
  await page.getByLabel("Purpose").fill("Sends letters");
  await page.getByLabel("Categories of data").fill("user.eaten");
  await page.getByLabel("Region").fill("eu");
  await page.getByLabel("Contact").fill("dpo at post.example");
  await page.getByRole("button", { name: "Add this sub-processor" }).click();
  await page.getByText("There is a problem").waitFor();
  await check(page, "subprocessors-refused");
  await page.getByLabel("Categories of data").fill("user.contact.email, user.name");
  await page.getByRole("button", { name: "Add this sub-processor" }).click();
  await page.getByText("It is in the register").waitFor();
  await check(page, "subprocessors-list");
  await page.getByRole("link", { name: "Post Office Ltd" }).click();
  await page.getByText("Announce it").click();
  await page.getByRole("button", { name: "Announce this sub-processor" }).click();
  await page.getByText("It is announced").waitFor();
  await page.locator("summary", { hasText: "Write an objection down" }).click();
  await page.locator("#object-words").fill("A customer wants it in the EU.");
  await page.getByRole("button", { name: "Write the objection down" }).click();
  await page.getByText("A customer wants it in the EU.").waitFor();
  await check(page, "subprocessor");

  step("reports");
  await place("Reports");
  await page.getByRole("img").first().waitFor();
  await page.getByText("The same as a table").click();
  await check(page, "reports");
  await page.goto(house.at("/reports?from=2026-02-01&to=2026-01-01"));
  await page.getByText("There is a problem").waitFor();
  await page.goto(house.at("/reports/ccpa"));
  await arrived(page, "CCPA metrics");
  await check(page, "reports-ccpa");
  await page.goto(house.at("/reports/processing"));
  await arrived(page, "Record of processing");
  await check(page, "reports-processing");

  step("an auditor reads the log");
  const log = await enter(auditor, "/audit");
  await arrived(log, "Audit log");
  await check(log, "audit");
  await log.getByRole("button", { name: "Verify the log now" }).click();
  await log.getByText("nothing is missing").waitFor();
  await check(log, "audit-verified");
  await log.getByLabel("Request", { exact: true }).fill("nobody");
  await log.getByRole("button", { name: "Show these entries" }).click();
  await log.getByText("There is a problem").waitFor();
  await check(log, "audit-flaw");
  await log.getByLabel("Request", { exact: true }).fill(two);
  await log.getByLabel("Kind").selectOption("hold.placed");
  await log.getByRole("button", { name: "Show these entries" }).click();
  await log.getByRole("rowheader").getByRole("link").first().click();
  await log.getByRole("link", { name: "Download the proof of this entry" }).waitFor();
  await check(log, "audit-entry");
  const [proof] = await Promise.all([
    log.waitForEvent("download"), log.getByRole("link", { name: "Download the proof of this entry" }).click(),
  ]);
  must(proof.suggestedFilename().startsWith("entry-"), proof.suggestedFilename());

  step("and draws a sample");
  await log.goto(house.at("/audit/sample"));
  await arrived(log, "Draw a sample");
  await check(log, "audit-sample-ask");
  await log.getByLabel("How many").fill("2");
  await log.getByRole("button", { name: "Draw these requests" }).click();
  await arrived(log, "Sample");
  await log.getByText("2 requests were drawn of 4").waitFor();
  await check(log, "audit-sample");
  await log.goto(house.at("/audit"));
  await log.getByText("Make an evidence pack of a period").click();
  const [pack] = await Promise.all([
    log.waitForEvent("download"), log.getByRole("button", { name: "Make the evidence pack" }).click(),
  ]);
  must(pack.suggestedFilename().endsWith(".zip"), pack.suggestedFilename());
});
