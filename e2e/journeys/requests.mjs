// Requests: an empty house, one typed in with every flaw, many, searches, views, acts on many, a file, and Today above it all.

import { arrived, journey, must } from "../lib/journey.mjs";

await journey(async ({ house, enter, check, step }) => {
  const officer = await house.person("officer");
  const agent = await house.person("agent");

  step("nothing was asked yet");
  const page = await enter(officer);
  await arrived(page, "Today");
  await check(page, "today-empty");
  await page.getByRole("navigation", { name: "Places" }).getByRole("link", { name: "Requests" }).click();
  await arrived(page, "Requests");
  await check(page, "requests-empty");

  step("an agent types a request in, with everything wrong at first");
  const typed = await enter(agent, "/requests/new");
  await arrived(typed, "New request");
  await check(typed, "request-new");
  await typed.getByLabel("E-mail address for letters").fill("nobody");
  await typed.getByRole("button", { name: "Take the request in" }).last().click();
  await typed.getByRole("heading", { name: "There is a problem" }).waitFor();
  must(await typed.getByLabel("E-mail address for letters").inputValue() === "nobody", "what was typed is lost");
  await check(typed, "request-new-flaws");
  await typed.getByRole("link", { name: "Choose what the person asks for." }).click();

  step("then pastes the mail");
  await typed.getByText("Paste an e-mail").click();
  await typed.getByLabel("The e-mail, with its first lines").fill(
    "From: Canary <canary-ada@example.test>\nDate: Mon, 2 Nov 2026 09:14:00 +0100\n\nPlease delete my data. Thank you, my dear team",
  );
  await typed.getByLabel("E-mail address for letters").fill("");
  await typed.getByRole("button", { name: "Fill in from the e-mail" }).click();
  await typed.getByText("Proposed from the e-mail").waitFor();
  must(await typed.getByLabel("When they first asked").inputValue() === "2026-11-02", "the day was not found");
  const regime = typed.getByLabel("Where the person lives");
  if (await regime.inputValue() === "") await regime.selectOption("eu-gdpr");
  await check(typed, "request-new-proposed");
  await typed.getByRole("button", { name: "Take the request in" }).last().click();
  await arrived(typed, "The request is taken in");
  await check(typed, "request-taken");

  step("and the same once more");
  await typed.goto(house.at("/requests/new"));
  await typed.getByLabel("Deleting their data").check();
  await typed.getByLabel("What they wrote or said").fill("again");
  await typed.getByLabel("E-mail address of the account").fill("canary-ada@example.test");
  if (await regime.inputValue() === "") await regime.selectOption("eu-gdpr");
  await typed.getByRole("button", { name: "Take the request in" }).last().click();
  await typed.getByText("There is an open request from").waitFor();
  await check(typed, "request-new-duplicate");

  step("many come in by a file");
  await typed.goto(house.at("/requests/import"));
  await arrived(typed, "Import requests");
  await check(typed, "import-empty");
  const lines = Array.from({ length: 60 }, (_, place) => `${place % 3 ? "erasure" : "access"},canary-${place}@example.test`);
  const file = ["right,email", ...lines].join("\n");
  await typed.getByLabel("Contents of the file").fill(`${file}\nnonsense,x`);
  await typed.getByRole("button", { name: "Check the file" }).click();
  await typed.getByText("Nothing was taken in.").waitFor();
  await check(typed, "import-flaws");
  await typed.getByLabel("CSV file").setInputFiles({ name: "r.csv", mimeType: "text/csv", buffer: Buffer.from(file) });
  await typed.getByRole("button", { name: "Check the file" }).click();
  await typed.getByRole("button", { name: "Take in 60 requests" }).waitFor();
  await check(typed, "import-checked");
  await typed.getByRole("button", { name: "Take in 60 requests" }).click();
  await arrived(typed, "Requests");

  step("the officer looks through them");
  await page.goto(house.at("/requests"));
  await arrived(page, "Requests");
  await check(page, "requests-many");
  await page.getByRole("link", { name: "Next 50" }).click();
  await page.getByRole("link", { name: "First page" }).waitFor();
  await page.getByLabel("Search requests").fill("type:access is:late");
  await page.getByRole("button", { name: "Search", exact: true }).click();
  await page.getByText("is not understood").first().waitFor();
  await check(page, "requests-unknown-word");
  await page.getByLabel("Search requests").fill("canary@example.test");
  await page.getByRole("button", { name: "Search", exact: true }).click();
  await page.getByText("Nothing about a person can be looked for here.").waitFor();
  must(!page.url().includes("example"), "an address of somebody is in the address bar");
  await page.goto(house.at("/requests?q=canary%40example.test"));
  must(!page.url().includes("example"), "an address of somebody stays in the address bar");
  await page.goto(house.at("/requests?q=type%3Aaccess%20state%3Apurging"));
  await page.getByRole("heading", { name: "No request is like that" }).waitFor();
  await check(page, "requests-none");
  await page.getByRole("link", { name: "Search without the last word" }).click();
  must(await page.getByRole("button", { name: "Open", exact: true }).getAttribute("aria-pressed") === "false", "pressed");
  await page.getByRole("button", { name: "Open", exact: true }).click();
  await page.getByText("Save this search as a view").click();
  await page.getByLabel("Name of the view").fill("Open copies");
  await page.getByRole("button", { name: "Save the view" }).click();
  await page.getByRole("link", { name: "Open copies" }).waitFor();
  await check(page, "requests-view");

  step("holds some, exactly as it was shown");
  await page.getByRole("checkbox", { name: /Choose req_/ }).first().check();
  await page.getByRole("checkbox", { name: /Choose req_/ }).nth(1).check();
  await page.getByLabel("With the chosen ones").selectOption("hold");
  await page.getByRole("button", { name: "See what would happen" }).click();
  await arrived(page, "Put 2 requests on hold");
  await check(page, "bulk-details");
  await page.getByLabel("Reason").fill("case 7");
  await page.getByRole("button", { name: "See what would happen" }).click();
  await page.getByRole("button", { name: "Put 2 requests on hold" }).waitFor();
  await check(page, "bulk-preview");
  await page.getByRole("button", { name: "Put 2 requests on hold" }).click();
  await arrived(page, "What was done");
  await check(page, "bulk-done");
  await page.goto(house.at("/requests?q=is%3Aheld"));
  await check(page, "requests-held");

  step("and Today counts them");
  await page.goto(house.at("/"));
  await arrived(page, "Today");
  await check(page, "today-busy");
  await page.getByRole("link", { name: /open$/ }).click();
  await arrived(page, "Requests");

  step("what others see");
  for (const role of ["engineer", "admin", "viewer", "auditor"]) {
    const other = await enter(await house.person(role));
    await arrived(other, "Today");
    await check(other, `today-${role}`);
  }
});
