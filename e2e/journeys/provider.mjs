// Signing in through an identity provider, a real one: there, and back with a code.

import { writeFileSync } from "node:fs";

import { arrived, journey, must } from "../lib/journey.mjs";

const issuer = process.env.EXEUNT_ISSUER;
/** What the settings call the service's address. Nobody is there: whoever is sent there is led to where it really is. */
const PUBLIC = "https://privacy.small.test";

await journey(async ({ house, browser, check, step }) => {
  const officer = await house.person("officer");
  const told = (words) => JSON.parse(house.run("--json", ...words));
  const added = told(["provider", "add", "--name", "Small Login", "--issuer", issuer, "--client-id", "not-yet"]);
  const tell = (method, path, body) => fetch(`${issuer}${path}`, {
    method, headers: { "content-type": "application/json" }, body: JSON.stringify(body),
  });
  const client = await (await tell("POST", "/oauth2/clients", { redirect_uris: [added.redirect] })).json();
  await tell("PUT", "/users/ada", { email: officer.email, email_verified: true });
  writeFileSync(`${process.env.EXEUNT_DIR}/client.secret`, client.client_secret);
  told(["provider", "change", added.provider, "--client-id", client.client_id, "--client-secret-file", "client.secret"]);

  const page = await browser();
  await page.context().route(`${PUBLIC}/**`, (route) => {
    const { pathname, search } = new URL(route.request().url());
    return route.fulfill({ status: 302, headers: { location: house.at(pathname + search) } });
  });

  step("the sign-in offers it");
  await page.goto(house.at("/me"));
  await check(page, "sign-in-provider");
  await page.getByRole("button", { name: "Sign in with Small Login" }).click();

  step("a page leads there, and the provider leads back");
  await page.waitForURL(`${issuer}/**`);
  await page.locator("[name=sub]").first().fill("ada");
  await page.locator("[name=sub]").first().press("Enter");
  await page.getByText("One step is left.").waitFor();
  await page.waitForLoadState("load");
  must(!page.url().includes("code="), "the provider's code stays in the address");
  const cookies = await page.context().cookies(house.url);
  must(cookies.every((cookie) => cookie.httpOnly && cookie.secure), "a cookie is open to scripts");
  await check(page, "sign-in-provider-back");

  step("a wrong code leads to the beginning");
  await page.getByLabel("Code from your authenticator").fill("000000");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("alert").waitFor();
  await check(page, "sign-in-provider-refused");
  await page.getByRole("link", { name: "Begin again with Small Login" }).click();
  await arrived(page, "Sign in");
  await check(page, "sign-in-provider-begin");

  step("the right one leads in");
  await page.getByRole("button", { name: "Go on to Small Login" }).click();
  await page.waitForURL(`${issuer}/**`);
  await page.locator("[name=sub]").first().fill("ada");
  await page.locator("[name=sub]").first().press("Enter");
  await page.getByLabel("Code from your authenticator").fill(await officer.code());
  await page.getByRole("button", { name: "Sign in" }).click();
  await arrived(page, "Today");
}, { elsewhere: [issuer, PUBLIC] });
