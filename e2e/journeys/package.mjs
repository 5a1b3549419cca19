// A request for access: the package is made, seen, fetched for a reason, destroyed.

import { journey, must } from "../lib/journey.mjs";

await journey(async ({ house, enter, check, step }) => {
  const agent = await house.person("agent");
  const officer = await house.person("officer");
  const asked = { right: "access", identifiers: [{ kind: "customer_id", value: "3" }], contact: { email: "three@canary.test" } };
  const { id } = await house.api("POST", "/requests", agent.token, asked);
  const page = await enter(officer, `/requests/${id}`);

  step("making it");
  await page.getByRole("link", { name: "Make the package" }).click();
  await check(page, "package-none");
  await page.getByLabel("How the person gets it").selectOption("here");
  await page.getByRole("button", { name: "Make the package" }).click();
  await page.getByText("A worker makes the package").waitFor();
  await house.until(() => house.api("GET", `/requests/${id}`, officer.token), (shown) => shown.state === "ready", "the package");
  await page.goto(house.at(`/requests/${id}/package`));
  await page.getByRole("heading", { name: "The package" }).waitFor();
  await check(page, "package-made");

  step("fetching it");
  await page.getByText("Fetch it yourself").click();
  await page.locator("#fetch-because").fill("the person came by");
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Fetch the file" }).click()]);
  must(file.suggestedFilename().endsWith(".zip.age"), file.suggestedFilename());

  step("destroying it");
  await page.getByText("Destroy it").click();
  await page.getByRole("button", { name: "Destroy this package" }).click();
  await page.getByText("The package is destroyed").waitFor();
  await check(page, "package-gone");
  await page.goto(house.at(`/requests/${id}`));
  await check(page, "package-overview");
});
