// Somebody without an account asks, confirms by mail, follows, stops, complains, fetches their data, and reads their record; in
// four languages. Officers see what they must.

import { journey, must } from "../lib/journey.mjs";
import { count, link, told } from "../lib/mail.mjs";

const LANGUAGES = ["en", "de", "fr", "es"];
const CODE = /\b\d{6}\b/;

await journey(async ({ house, enter, browser, check, step }) => {
  const admin = await house.admin();
  const first = await house.person("officer");
  const second = await house.person("officer");

  step("an administrator opens the portal");
  const settings = await enter(admin, "/settings/portal");
  await check(settings, "portal-settings");
  await settings.getByLabel("Open: anybody may ask there").check();
  await settings.locator("#word").fill("small");
  await settings.locator("#name").fill("Small Ltd");
  await settings.locator("#color").fill("#ffcc00");
  await settings.locator("#email").fill("privacy@small.test");
  await settings.locator("#phone").fill("+49 30 1234567");
  await settings.locator("#post").fill("Small Ltd\n1 Main Street\n10115 Berlin");
  await settings.locator("#notice").fill("javascript:alert(1)");
  // the browser itself would not let this through
  await settings.locator("form.wide").evaluate((form) => { form.noValidate = true; });
  await settings.getByRole("button", { name: "Save the portal" }).click();
  await settings.getByText("There is a problem").waitFor();
  await check(settings, "portal-settings-flawed");
  await settings.locator("#notice").fill("https://small.test/privacy");
  await settings.getByRole("button", { name: "Save the portal" }).click();
  await settings.getByText("The portal is open.").waitFor();
  await check(settings, "portal-settings-open");

  step("somebody looks at it, in each language");
  const page = await browser({ locale: "en-US" });
  for (const lang of LANGUAGES) {
    await page.goto(house.at(`/portal/small?lang=${lang}`));
    await check(page, `portal-ask-${lang}`);
  }
  await page.goto(house.at("/portal/small"));
  must((await page.locator("html").getAttribute("lang")) === "en", "the browser's language");
  await page.getByRole("link", { name: "Deutsch" }).click();
  await page.getByRole("heading", { name: "Ihre Daten", level: 1 }).waitFor();

  step("something is missing");
  await page.getByRole("button", { name: "Code schicken" }).click();
  await page.getByText("Es gibt ein Problem").waitFor();
  await check(page, "portal-ask-flawed");

  /** Asks, and gives the page with the field for the code. */
  const ask = async (right, email, more = {}) => {
    const before = count(email, "Your code is");
    await page.goto(house.at("/portal/small?lang=en"));
    await page.getByLabel(right).check();
    await page.locator("#email").fill(email);
    await page.locator("#name").fill("Canary Ask");
    for (const [id, value] of Object.entries(more)) await page.locator(id).fill(value);
    await page.getByRole("button", { name: "Send me a code" }).click();
    await page.getByRole("heading", { name: "Type in the code" }).waitFor();
    return (await told(email, "Your code is", before)).match(CODE)[0];
  };
  /** Types the code in, and gives the request's id and its place. */
  const confirm = async (code) => {
    await page.getByLabel("Code from the e-mail").fill(code);
    await page.getByRole("button", { name: "Confirm my request" }).click();
    await page.getByText("We have your request.").waitFor();
    const path = new URL(page.url()).pathname;
    return { path, id: path.split("/").at(-1).split(".")[0] };
  };

  step("asking for erasure, with a wrong code first");
  const one = "one@canary.test";
  const code = await ask("Delete my data", one, { "#words": "Canary: please forget me" });
  await check(page, "portal-confirm");
  await page.getByLabel("Code from the e-mail").fill(code === "000000" ? "000001" : "000000");
  await page.getByRole("button", { name: "Confirm my request" }).click();
  await page.getByText("You have 4 tries left").waitFor();
  await check(page, "portal-confirm-wrong");
  const erasure = await confirm(code);
  await check(page, "portal-status-made");

  step("asking for the same again");
  const again = await ask("Delete my data", one);
  await page.getByLabel("Code from the e-mail").fill(again);
  await page.getByRole("button", { name: "Confirm my request" }).click();
  await page.getByText("You have asked for this before").waitFor();
  await check(page, "portal-twice");

  step("it was somebody else");
  const two = "two@canary.test";
  await ask("See my data", two);
  await page.goto(house.at(link(await told(two, "Your code is"), "portal/small/not-me/")));
  await check(page, "portal-not-me");
  await page.getByRole("button", { name: "Delete what was typed in" }).click();
  await page.getByText("We deleted what was typed in").waitFor();
  await check(page, "portal-not-me-done");

  step("following by the link of the letter, in another browser");
  const other = await browser({ locale: "fr-FR" });
  const letter = await told(one, "Your reference is");
  await other.goto(house.at(link(letter, "portal/small/requests/")));
  await check(other, "portal-landing");
  const before = count(one, "It lets you see how your request stands");
  await other.getByRole("button", { name: "Send me a code" }).click();
  const look = await told(one, "It lets you see how your request stands", before);
  await check(other, "portal-look");
  await other.getByLabel("Code from the e-mail").fill(look.match(CODE)[0]);
  await other.getByRole("button", { name: "Show my request" }).click();
  await other.getByRole("heading", { name: "How far we are" }).waitFor();
  for (const lang of LANGUAGES) {
    await other.goto(house.at(`${erasure.path}?lang=${lang}`));
    await check(other, `portal-status-${lang}`);
  }

  step("hidden");
  const plan = await house.api("POST", "/plans", first.token, { requests: [erasure.id] });
  await house.api("POST", `/plans/${plan.id}/approve`, first.token, { digest: plan.digest });
  await house.api("POST", "/jobs", first.token, { plan: plan.id });
  const state = (id) => house.api("GET", `/requests/${id}`, first.token).then((shown) => shown.state);
  await house.until(() => state(erasure.id), (now) => ["hidden", "no_data"].includes(now), "the rows");
  await other.goto(house.at(`${erasure.path}?lang=en`));
  await check(other, "portal-status-hidden");

  step("stopped by the link of a letter");
  await other.goto(house.at(link(letter, "portal/small/stop/")));
  for (const lang of LANGUAGES) {
    await other.goto(house.at(`${link(letter, "portal/small/stop/").split("?")[0]}?lang=${lang}`));
    await check(other, `portal-stop-${lang}`);
  }
  await other.goto(house.at(link(letter, "portal/small/stop/")));
  await other.getByRole("button", { name: "Stop this request now" }).click();
  await other.getByText("We have paused everything").waitFor();
  await check(other, "portal-stopped");
  await other.goto(house.at(`${erasure.path}?lang=en`));
  await other.getByText("This request is paused").waitFor();
  await check(other, "portal-status-stopped");

  step("complaining");
  await other.getByRole("link", { name: "Complain to us" }).click();
  await check(other, "portal-complain");
  await other.getByRole("button", { name: "Send my complaint" }).click();
  await other.getByText("There is a problem").waitFor();
  await check(other, "portal-complain-flawed");
  await other.getByLabel("What went wrong?").fill("Canary: nobody answers");
  await other.getByRole("button", { name: "Send my complaint" }).click();
  await other.getByText("We have your complaint of").waitFor();
  await check(other, "portal-status-complained");

  step("an officer sees both, and answers");
  const officer = await enter(first);
  await officer.getByRole("heading", { name: "Waiting to hear from a person" }).waitFor();
  await check(officer, "portal-today");
  await officer.goto(house.at(`/requests/${erasure.id}`));
  await check(officer, "portal-request-stopped");
  await officer.getByLabel("Reason to read complaint 1").fill("to answer it");
  await officer.getByRole("button", { name: "Reveal complaint 1" }).click();
  await officer.getByText("Canary: nobody answers").waitFor();
  await check(officer, "portal-complaint");
  await officer.getByRole("link", { name: "Back to the request" }).click();
  await officer.getByText("Answer a complaint").click();
  await officer.locator("#complaint-because").fill("told them the day");
  await officer.getByRole("button", { name: "Answer this complaint" }).click();
  await officer.getByText("the complaint was answered").waitFor();

  step("two people let it go on, and end its window early");
  for (const [path, body] of [["release"], ["purge", { now_because: "the person insists" }]]) {
    for (const person of [first, second]) {
      await house.api("POST", `/requests/${erasure.id}/${path}`, person.token, body).catch((error) => {
        if (!String(error).includes("E0976")) throw error;
      });
    }
  }
  await house.until(() => state(erasure.id), (now) => ["completed", "completed_with_exceptions"].includes(now), "the erasure");
  await told(one, "is finished");
  const stranger = await browser();
  for (const lang of LANGUAGES) {
    await stranger.goto(house.at(`${erasure.path}?lang=${lang}`));
    await check(stranger, `portal-finished-${lang}`);
  }
  must(!(await stranger.content()).includes("anary"), "the record names nobody");

  step("getting data");
  const three = "three@canary.test";
  const access = await confirm(await ask("See my data", three));
  await house.api("POST", `/requests/${access.id}/packages`, first.token, { deliver: true });
  const ready = await told(three, "is ready");
  await page.goto(house.at(`${access.path}?lang=en`));
  await page.getByText("Your data is ready").waitFor();
  await check(page, "portal-status-ready");
  await page.goto(house.at(link(ready, "d/")));
  await check(page, "portal-download");

  step("refused");
  const refused = await confirm(await ask("Get my data to take it elsewhere", "four@canary.test"));
  const because = { grounds: ["unfounded"], because: "it was asked for five times this week" };
  await house.api("POST", `/requests/${refused.id}/refuse`, first.token, because).catch(async (error) => {
    const known = String(error).match(/these grounds for refusing: ([\w]+)/);
    if (!known) throw error;
    await house.api("POST", `/requests/${refused.id}/refuse`, first.token, { ...because, grounds: [known[1]] });
  });
  await page.goto(house.at(`${refused.path}?lang=en`));
  await page.getByText("We cannot do what you asked for").waitFor();
  await check(page, "portal-status-refused");
  await page.getByRole("button", { name: "Close this page for others" }).click();
  await page.getByText("First we send a code").waitFor();

  step("nobody's pages");
  await page.goto(house.at("/portal/small/requests/x"));
  await check(page, "portal-unknown");
  await page.goto(house.at("/portal/nobody"));
  await check(page, "portal-nowhere");
});
