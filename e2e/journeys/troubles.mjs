// What goes wrong, as pages: nothing there, not opened this way, a form from elsewhere, a session that has ended.

import { arrived, journey, must } from "../lib/journey.mjs";

await journey(async ({ house, enter, check, step }) => {
  const officer = await house.person("officer");
  const page = await enter(officer);

  step("nothing there");
  await page.goto(house.at("/nowhere"));
  await page.getByRole("heading", { name: "Not found" }).waitFor();
  await check(page, "trouble-not-found");

  step("a form with another session's token");
  await page.goto(house.at("/"));
  await page.evaluate(() => { for (const field of document.getElementsByName("_form")) field.value = "0"; });
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByText("E0904").waitFor();
  await check(page, "trouble-foreign-form");
  await page.goto(house.at("/"));
  await arrived(page, "Today");

  step("a session that ended while a form was being filled in");
  await page.goto(house.at("/me"));
  await page.getByLabel("Current password").fill("something");
  await page.getByLabel("New password").fill("something else");
  await house.api("DELETE", "/sessions/current", officer.token);
  await page.getByRole("button", { name: "Change password" }).click();
  await page.getByRole("heading", { name: "Your session has ended" }).waitFor();
  await check(page, "session-ended");
  await page.goto(house.at("/me"));
  must(page.url() === house.at("/sign-in?then=/me"), `led to ${page.url()}`);
});
