// From the setup token to the first page, out again, and back in: what the first administrator does on the first day.

import { Person } from "../lib/house.mjs";
import { arrived, journey, must } from "../lib/journey.mjs";

await journey(async ({ house, browser, check, step }) => {
  const page = await browser();

  step("nobody is led to the sign-in");
  await page.goto(house.at("/"));
  must(page.url() === house.at("/sign-in"), `led to ${page.url()}`);
  await check(page, "sign-in");

  step("a wrong token says so and keeps what was typed");
  await page.getByRole("link", { name: "Join with your one-time token" }).click();
  await check(page, "join");
  await page.getByLabel("One-time token").fill("exo_wrong");
  await page.getByRole("button", { name: "Go on" }).click();
  await page.getByRole("alert").waitFor();
  must(await page.getByLabel("One-time token").inputValue() === "exo_wrong", "the token was lost");
  await check(page, "join-wrong-token");

  step("the setup token leads to the second factor");
  await page.getByLabel("One-time token").fill(house.setupToken());
  await page.getByRole("button", { name: "Go on" }).click();
  const secret = (await page.locator(".key").innerText()).split(/\s/)[0];
  const admin = new Person("admin", "admin@canary.test", secret);
  await check(page, "join-finish");

  step("a password that is too short says so at the field");
  const fill = async (password, code) => {
    await page.getByLabel("Your name").fill("Canary Admin");
    await page.getByLabel("Your e-mail address").fill(admin.email);
    await page.getByLabel("A password").fill(password);
    await page.getByLabel("Code from your authenticator").fill(code);
    await page.getByRole("button", { name: "Join and sign in" }).click();
  };
  await fill("short", "000000");
  must(await page.getByLabel("Your e-mail address").inputValue() === admin.email, "the address was lost");
  must(await page.getByLabel("A password").getAttribute("aria-invalid") === "true", "the field is not marked");
  await check(page, "join-finish-short-password");

  step("the right ones lead to Today");
  await fill(admin.password, await admin.code());
  await arrived(page, "Today");
  must(page.url() === house.at("/"), `led to ${page.url()}`);
  const cookies = await page.context().cookies();
  must(cookies.length === 1 && cookies[0].secure && cookies[0].httpOnly, JSON.stringify(cookies.map((c) => c.name)));
  await check(page, "today-first");

  step("signing out leads to the sign-in, and going back shows nothing");
  await page.getByRole("button", { name: "Sign out" }).click();
  await arrived(page, "Sign in");
  await page.goBack();
  must(await page.getByRole("heading", { name: "Today" }).count() === 0, "the page is still there");

  step("a wrong password says what to do and gives nothing back");
  await page.goto(house.at("/me"));
  const signIn = async (password, code) => {
    await page.getByLabel("E-mail address").fill(admin.email);
    await page.getByLabel("Password").fill(password);
    await page.getByLabel("Code from your authenticator").fill(code);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
  };
  await signIn("not it at all", "000000");
  await page.getByRole("alert").waitFor();
  must(await page.getByLabel("E-mail address").inputValue() === "", "the address was given back");
  await check(page, "sign-in-wrong");

  step("the right one leads to where one wanted");
  await signIn(admin.password, await admin.code());
  await arrived(page, "Your account");
  await check(page, "me");
});
