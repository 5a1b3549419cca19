// One's own page: sessions here and elsewhere, the password, single keys; and a reset.

import { arrived, journey, must } from "../lib/journey.mjs";

await journey(async ({ house, browser, enter, check, step }) => {
  const officer = await house.person("officer");
  const { token: elsewhere } = await house.api("POST", "/sessions", "", {
    email: officer.email, password: officer.password, code: await officer.code(),
  });
  const page = await enter(officer, "/me");

  step("both sessions are listed, and the other one is ended");
  must(await page.getByRole("row").count() === 3, "two sessions are listed");
  await check(page, "me-two-sessions");
  await page.getByRole("button", { name: "End session" }).first().click();
  await page.getByText("That session has ended.").waitFor();
  const gone = await fetch(house.at("/api/v1/requests"), { headers: { authorization: `Bearer ${elsewhere}` } });
  must(gone.status === 401, `the other session answers ${gone.status}`);

  step("a wrong current password is said at its field");
  const change = async (current, password) => {
    await page.getByLabel("Current password").fill(current);
    await page.getByLabel("New password").fill(password);
    await page.getByRole("button", { name: "Change password" }).click();
  };
  await change("not it at all", "seven green herons whistle");
  await page.getByRole("alert").waitFor();
  must(await page.getByLabel("Current password").getAttribute("aria-invalid") === "true", "the field is not marked");
  await check(page, "me-wrong-password");
  await change(officer.password, "seven green herons whistle");
  await page.getByText("Your password is changed.").waitFor();
  await check(page, "me-changed");

  step("a reset takes the token, a new password and a code");
  const admin = await house.admin();
  const { items } = await house.api("GET", "/users", admin.token);
  const user = items.find((known) => known.email === officer.email).user;
  const { token } = await house.api("POST", `/users/${user}/reset`, admin.token);
  const fresh = await browser();
  await fresh.goto(house.at("/reset"));
  await check(fresh, "reset");
  const reset = async (password, code) => {
    await fresh.getByLabel("One-time token").fill(token);
    await fresh.getByLabel("New password").fill(password);
    await fresh.getByLabel("Code from your authenticator").fill(code);
    await fresh.getByRole("button", { name: "Change password and sign in" }).click();
  };
  await reset("eight brown bears whistle", "000000");
  await fresh.getByRole("alert").waitFor();
  await check(fresh, "reset-wrong-code");
  await reset("eight brown bears whistle", await officer.code());
  await arrived(fresh, "Today");
  await page.goto(house.at("/me"));
  must(page.url().startsWith(house.at("/sign-in")), "the old session is over");
});
