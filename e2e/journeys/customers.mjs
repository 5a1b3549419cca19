// An officer looks a customer up, reveals rows with a reason, and asks for their erasure.

import { arrived, journey, must } from "../lib/journey.mjs";

await journey(async ({ house, enter, check, step }) => {
  const officer = await house.person("officer");
  const page = await enter(officer);

  step("looking somebody up");
  await page.getByRole("link", { name: "Customers" }).click();
  await arrived(page, "Customers");
  await check(page, "customers");
  await page.getByLabel("Identifier", { exact: true }).selectOption("email");
  await page.getByLabel("Its value").fill("%");
  await page.getByRole("button", { name: "Look up customer" }).click();
  await page.getByRole("heading", { name: "There is a problem" }).waitFor();
  await check(page, "customers-refused");
  await page.getByLabel("Its value").fill("nobody@mail.test");
  await page.getByRole("button", { name: "Look up customer" }).click();
  await page.getByText("No source has a row").waitFor();
  await check(page, "customer-nobody");
  await page.getByRole("link", { name: "Look up another" }).click();
  await page.getByLabel("Its value").fill("two@mail.test");
  await page.getByLabel("Identifier", { exact: true }).selectOption("email");
  await page.getByRole("button", { name: "Look up customer" }).click();
  await page.getByText("4 rows in 3 models").waitFor();
  must(!(await page.content()).includes("Second Person"), "nothing is shown without a reason");
  await check(page, "customer");

  step("revealing rows");
  await page.getByLabel("Reason for revealing rows").fill("they ask what we know");
  await page.getByRole("button", { name: "Reveal rows of shop.customers" }).click();
  await page.getByRole("cell", { name: "Second Person" }).waitFor();
  must((await page.title()).startsWith("Rows of a customer"), await page.title());
  await page.getByRole("link", { name: "Back to the customer" }).click();

  step("asking in their name");
  await page.getByLabel("What they said, in their words").fill("forget me");
  await page.getByRole("button", { name: "Delete customer" }).click();
  await arrived(page, "Erasure request");
});
