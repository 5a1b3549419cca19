// Everything by keyboard alone: signing in, going about, the palette, the list of keys, and turning single keys off.

import { arrived, focused, journey, must, tabTo } from "../lib/journey.mjs";

await journey(async ({ house, browser, check, step }) => {
  const officer = await house.person("officer");
  const page = await browser();
  const { keyboard } = page;

  step("signing in");
  await page.goto(house.at("/"));
  await keyboard.press("Tab");
  must((await focused(page)).includes("Skip to the page"), `first is ${await focused(page)}`);
  await tabTo(page, "E-mail address");
  await keyboard.type(officer.email);
  await tabTo(page, "Password");
  await keyboard.type(officer.password);
  await tabTo(page, "Code from your authenticator");
  await keyboard.type("000000");
  await keyboard.press("Enter");
  await page.getByRole("alert").filter({ hasText: "There is a problem" }).waitFor();
  must((await focused(page)).includes("There is a problem"), `after a refusal ${await focused(page)} has the focus`);
  await tabTo(page, "E-mail address");
  await keyboard.type(officer.email);
  await tabTo(page, "Password");
  await keyboard.type(officer.password);
  await tabTo(page, "Code from your authenticator");
  await keyboard.type(await officer.code());
  await tabTo(page, "Sign in");
  await keyboard.press("Space");
  await arrived(page, "Today");

  step("past the navigation");
  await keyboard.press("Tab");
  await keyboard.press("Enter");
  must(await page.evaluate(() => document.activeElement.id) === "main", "the skip link leads to the page");

  step("the palette");
  await keyboard.press("Control+k");
  await page.getByRole("dialog").waitFor();
  await check(page, "palette");
  await keyboard.type("acc");
  must(await page.getByRole("option").count() >= 1, "nothing is found");
  await keyboard.type("zzz");
  await page.getByText("Nothing here is called that.").waitFor();
  for (let press = 0; press < 3; press += 1) await keyboard.press("Backspace");
  await keyboard.press("Enter");
  await arrived(page, "Your account");
  await keyboard.press("Control+k");
  await keyboard.press("Escape");
  must(await page.getByRole("dialog").count() === 0, "the palette stays");

  step("the list of keys");
  await keyboard.press("?");
  await page.getByRole("heading", { name: "Keys", exact: true }).waitFor();
  await check(page, "keys");
  await keyboard.press("Escape");
  await keyboard.press("g");
  await keyboard.press("t");
  await arrived(page, "Today");

  step("rows of a list, its search, and back to a place");
  for (const value of ["1", "2"]) {
    await house.api("POST", "/requests", officer.token, { right: "access", identifiers: [{ kind: "customer_id", value }] });
  }
  await keyboard.press("g");
  await keyboard.press("r");
  await arrived(page, "Requests");
  await page.reload();
  const row = () => page.evaluate(() => {
    const line = document.activeElement.closest("[data-rows] tbody tr");
    return line ? [...line.parentElement.children].indexOf(line) : -1;
  });
  for (const [key, wanted] of [["j", 0], ["j", 1], ["j", 1], ["k", 0]]) {
    await keyboard.press(key);
    must(await row() === wanted, `${key} leads to row ${await row()}, not ${wanted}`);
  }
  await keyboard.press("/");
  must((await focused(page)).startsWith("input"), `/ leads to ${await focused(page)}`);
  await page.goto(house.at("/"));

  step("every part of the page can be reached and seen");
  for (const words of ["Find", "Keys", "Your account", "Sign out"]) await tabTo(page, words);

  step("single keys are turned off");
  await page.goto(house.at("/me"));
  await tabTo(page, "Turn single keys off");
  await keyboard.press("Enter");
  await page.getByText("Single keys do nothing in this browser.").waitFor();
  await page.waitForLoadState("load");
  await keyboard.press("?");
  must(await page.getByRole("dialog").count() === 0, "? still opens the list");
  await keyboard.press("Control+k");
  await page.getByRole("dialog").waitFor();
  await keyboard.press("Escape");
  await tabTo(page, "Turn single keys on");
  await keyboard.press("Enter");
  await page.getByText("Single keys work in this browser.").waitFor();

  step("signing out");
  await tabTo(page, "Sign out");
  await keyboard.press("Enter");
  await arrived(page, "Sign in");
});
