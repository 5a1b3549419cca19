// The suppression list: an objection is entered, somebody is checked by hand, a customer's page tells of it, and an officer takes
// somebody out. An importer's key asks, and may do nothing else.

import { arrived, journey, must } from "../lib/journey.mjs";

await journey(async ({ house, enter, check, step }) => {
  const agent = await house.person("agent");
  const officer = await house.person("officer");
  const place = (page) => page.getByRole("navigation", { name: "Places" }).getByRole("link", { name: "Suppression", exact: true }).click();

  step("the empty list says who comes onto it, and an agent sees no question");
  const desk = await enter(agent);
  await place(desk);
  await arrived(desk, "Suppression");
  await desk.getByText("Nobody is on the list.").waitFor();
  must(await desk.getByRole("button", { name: "Check these people" }).count() === 0, "an agent may ask");
  await check(desk, "suppression-empty");

  step("an objection with a reason that names somebody is refused, and nothing typed is lost");
  await desk.getByText("Enter somebody by hand").click();
  await desk.locator("#add-kind").selectOption("email");
  await desk.locator("#add-value").fill("canary-fan@example.test");
  await desk.locator("#add-because").fill("canary-fan@example.test phoned");
  await desk.getByRole("button", { name: "Enter in the list" }).click();
  await desk.getByText("There is a problem").waitFor();
  must(await desk.locator("#add-value").inputValue() === "canary-fan@example.test", "what was typed is lost");
  must(await desk.locator("#add-because").getAttribute("aria-invalid") === "true", "the field is not named");
  await check(desk, "suppression-refused");
  await desk.locator("#add-because").fill("objected on the phone");
  await desk.getByRole("button", { name: "Enter in the list" }).click();
  await desk.getByText("They are on the list from now on").waitFor();
  must(!desk.url().includes("canary"), "the address tells who it is");

  step("an officer checks people by hand");
  const page = await enter(officer);
  await place(page);
  await arrived(page, "Suppression");
  await page.getByText("objected on the phone").waitFor();
  await page.locator("#check-purpose").selectOption("marketing");
  await page.locator("#check-kind").selectOption("email");
  await page.locator("#check-values").fill("somebody-canary@example.test\n\nCanary-Fan@Example.test");
  await page.getByRole("button", { name: "Check these people" }).click();
  await page.getByText("1 match among 2 lines").waitFor();
  must(await page.getByRole("row", { name: "3 match" }).count() === 1, "the line that matches is not told");
  await check(page, "suppression-checked");
  await page.locator("#check-values").fill("canary");
  await page.getByRole("button", { name: "Check these people" }).click();
  await page.getByText("There is a problem").waitFor();
  await page.getByText("line 1: this is not an e-mail address").first().waitFor();

  step("whoever is looked up by it is told to be on the list");
  await page.goto(house.at("/customers"));
  await page.locator("#kind").selectOption("email");
  await page.locator("#value").fill("canary-fan@example.test");
  await page.getByRole("button", { name: "Look up customer" }).click();
  await page.getByText("because they objected to marketing").waitFor();
  await check(page, "suppression-customer");

  step("an importer's key asks and does nothing else");
  const { token } = await house.api("POST", "/api-keys", officer.token, { label: "import", scopes: ["suppression:check"], days: 30 });
  const asked = await house.api("POST", "/suppression/check", token, {
    purpose: "marketing", identifiers: [{ kind: "email", value: "canary-fan@example.test" }],
  });
  must(JSON.stringify(asked) === JSON.stringify({ results: ["match"] }), JSON.stringify(asked));
  const more = await house.api("GET", "/suppression", token).catch((error) => String(error));
  must(String(more).includes("E0901"), "the key may do more than ask");

  step("an officer takes them out, for a reason");
  await place(page);
  await arrived(page, "Suppression");
  await page.getByText("Take somebody out").click();
  await page.locator("#remove-purpose").selectOption("marketing");
  await page.locator("#remove-kind").selectOption("email");
  await page.locator("#remove-value").fill("canary-fan@example.test");
  await page.locator("#remove-because").fill("wants the letters again");
  await check(page, "suppression-remove");
  await page.getByRole("button", { name: "Take out of the list" }).click();
  await page.getByText("That identifier is not on the list any more").waitFor();
  await page.getByText("wants the letters again").waitFor();
  await check(page, "suppression-said");
});
