// An administrator sets the house up: people, keys, and what the settings say.
import { arrived, journey, must } from "../lib/journey.mjs";

await journey(async ({ house, enter, check, step }) => {
  step("an administrator reads the settings");
  const admin = await house.person("admin");
  const page = await enter(admin);
  await page.getByRole("link", { name: "Settings" }).click();
  await arrived(page, "Settings");
  await check(page, "settings");

  step("they invite somebody without a role, and are told");
  await page.getByRole("link", { name: "People and roles" }).click();
  await arrived(page, "People and roles");
  await page.getByLabel("Name", { exact: true }).fill("Nia Canary");
  await page.getByLabel("E-mail address").fill("nia.canary@mail.test");
  await page.getByRole("button", { name: "Invite this person" }).click();
  await arrived(page, "People and roles");
  must(await page.getByRole("alert").textContent(), /role/i, "what is wrong");
  await check(page, "settings-people-flaw");

  step("with a role, they get a token to hand over");
  await page.getByLabel("agent").check();
  await page.getByRole("button", { name: "Invite this person" }).click();
  await arrived(page, "A token for one person");
  await check(page, "settings-token");
  await page.getByRole("link", { name: "Back to people and roles" }).click();
  await arrived(page, "People and roles");
  await check(page, "settings-people");
  await page.getByRole("link", { name: "Nia Canary" }).click();
  await arrived(page, "Nia Canary");
  await check(page, "settings-person");

  step("they make a key for a program and revoke it");
  await page.getByRole("link", { name: "API keys" }).click();
  await arrived(page, "API keys");
  await check(page, "settings-api-keys");
  await page.getByLabel("What it is for").fill("The shop");
  await page.getByLabel("jobs:read").check();
  await page.getByRole("button", { name: "Make API key" }).click();
  await arrived(page, "A new API key");
  await check(page, "settings-api-key-made");
  await page.getByRole("link", { name: "Back to API keys" }).click();
  await arrived(page, "API keys");
  await page.getByRole("button", { name: /Revoke key/ }).first().click();
  await arrived(page, "API keys");
  must(await page.getByRole("status").textContent(), /opens nothing/, "that it is revoked");
  await check(page, "settings-api-keys-revoked");

  step("they look at how people sign in");
  await page.getByRole("link", { name: "Sign-in" }).click();
  await arrived(page, "Sign-in");
  await check(page, "settings-sign-in");

  step("an engineer names a system that wants to know what happens");
  const engineer = await enter(await house.person("engineer"), "/settings/webhooks");
  await arrived(engineer, "Webhooks");
  await engineer.getByText("No webhooks yet").waitFor();
  await check(engineer, "settings-webhooks-empty");
  await engineer.getByLabel("Address").fill("https://10.0.0.1/exeunt");
  await engineer.getByLabel("What it is for").fill("The shop");
  await engineer.getByLabel("exeunt.request.completed").check();
  await engineer.getByRole("button", { name: "Add webhook" }).click();
  await arrived(engineer, "Webhooks");
  must(await engineer.getByRole("alert").textContent(), /private network/, "why it is not called");
  must(await engineer.getByLabel("What it is for").inputValue() === "The shop", "what was typed is lost");
  await check(engineer, "settings-webhooks-flaw");
  await engineer.getByLabel("Address").fill("https://hooks.example.com/exeunt");
  await engineer.getByRole("button", { name: "Add webhook" }).click();
  await arrived(engineer, "The secret of a webhook");
  await engineer.getByText(/^whsec_/).waitFor();
  await check(engineer, "settings-webhook-secret");
  await engineer.getByRole("link", { name: "Go to the webhook" }).click();
  await arrived(engineer, "Webhook");
  await engineer.getByRole("button", { name: "Send test event" }).click();
  await arrived(engineer, "Webhook");
  must(await engineer.getByRole("status").textContent(), /test event waits/, "that it is sent");
  await engineer.getByText("Remove it").click();
  await engineer.getByText("Turn it off").click();
  await engineer.getByText("Give it another secret").click();
  await check(engineer, "settings-webhook");
  await engineer.getByRole("link", { name: "Webhooks" }).click();
  await arrived(engineer, "Webhooks");
  await check(engineer, "settings-webhooks");

  step("an officer reads letters and regimes");
  const officer = await enter(await house.person("officer"));
  await officer.getByRole("link", { name: "Settings" }).click();
  await arrived(officer, "Settings");
  await officer.getByRole("link", { name: "Regimes" }).click();
  await arrived(officer, "Regimes");
  await check(officer, "settings-regimes");
  await officer.getByRole("link", { name: "Letters" }).click();
  await arrived(officer, "Letters");
  await officer.getByRole("link", { name: "Deutsch" }).click();
  await arrived(officer, "Letters");
  await check(officer, "settings-letters-de");
});
