// A journey: somebody does something from beginning to end in a real browser. It fails when a step does, when a page has a
// fault, and when the browser says that something was wrong or was asked for elsewhere.
//
//     import { journey } from "../lib/journey.mjs";
//
//     await journey(async ({ house, enter, check }) => {
//       const page = await enter(await house.person("officer"));   // signed in, on Today
//       await page.getByRole("link", { name: "Requests" }).click();
//       await check(page, "requests-empty");
//     });

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { check } from "./check.mjs";
import { House } from "./house.mjs";
import { chromium } from "./tools.mjs";

const ARGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];

/** How long one step may take, and a whole journey. */
const STEP = 15_000;
const WHOLE = 300_000;

export async function journey(steps) {
  const late = setTimeout(() => { console.error("the journey takes too long"); process.exit(1); }, WHOLE);
  const dirs = [];
  const browsers = [];
  const house = new House();
  const troubles = [];
  const pages = [];
  /** A browser of its own, of nobody yet. */
  const browser = async (options = {}) => {
    const dir = mkdtempSync(join(tmpdir(), "exeunt-browser-"));
    dirs.push(dir);
    const context = await chromium.launchPersistentContext(dir, {
      executablePath: process.env.EXEUNT_CHROMIUM ?? "/usr/bin/chromium",
      headless: true, args: ARGS, viewport: { width: 1280, height: 800 }, reducedMotion: "reduce",
      permissions: ["clipboard-read", "clipboard-write"], ...options,
    });
    browsers.push(context);
    context.setDefaultTimeout(STEP);
    context.on("page", (page) => watch(page, house, troubles));
    const [page] = context.pages();
    watch(page, house, troubles);
    pages.push(page);
    return page;
  };
  /** A browser of somebody, signed in without the form: journeys through the form are in `doors.mjs`. */
  const enter = async (person, path = "/", options = {}) => {
    const page = await browser(options);
    await hold(page, house, person.token);
    await page.goto(house.at(path));
    return page;
  };
  try {
    await steps({ house, browser, enter, check, step: named });
    if (troubles.length) throw new Error(`the browser complained:\n${troubles.join("\n")}`);
  } catch (error) {
    console.error(error.stack ?? error);
    for (const page of pages) {
      if (page.isClosed()) continue;
      console.error(`-- at ${page.url()}\n${await page.locator("main").innerText({ timeout: 1_000 }).catch(() => "")}`);
    }
    for (const trouble of troubles) console.error(`-- ${trouble}`);
    process.exitCode = 1;
  } finally {
    for (const context of browsers) await context.close().catch(() => {});
    for (const dir of dirs) rmSync(dir, { recursive: true, force: true });
    clearTimeout(late);
  }
}

/** Says what is being done, so that a failure says where. */
function named(words) {
  console.log(`- ${words}`);
}

/** Puts a session into a browser. */
async function hold(page, house, token) {
  const url = new URL(house.url);
  await page.context().addCookies([{
    name: "__Host-exeunt", value: token, domain: url.hostname, path: "/", secure: true, httpOnly: true, sameSite: "Lax",
  }]);
}

function watch(page, house, troubles) {
  if (page.exeuntWatched) return;
  page.exeuntWatched = true;
  page.on("console", (message) => {
    if (!["error", "warning"].includes(message.type())) return;
    // a page that says no is a page
    if (message.text().startsWith("Failed to load resource: the server responded with a status of 4")) return;
    troubles.push(`${message.type()}: ${message.text()} (${message.location().url})`);
  });
  page.on("pageerror", (error) => troubles.push(`a script failed: ${error.stack ?? error}`));
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.origin !== new URL(house.url).origin && url.protocol !== "about:") {
      troubles.push(`something was asked for elsewhere: ${url.origin}${url.pathname}`);
    }
  });
  page.on("response", (response) => {
    const asset = response.url().includes("/assets/");
    if (response.status() >= 500 || (asset && response.status() >= 400)) {
      troubles.push(`${response.status()} from ${response.url()}`);
    }
  });
}

/** Waits until a page of this heading is there, with its script. */
export async function arrived(page, heading) {
  await page.getByRole("heading", { name: heading, exact: true, level: 1 }).waitFor();
  await page.waitForLoadState("load");
}

/** Refuses to go on unless it is so. */
export function must(so, words) {
  if (!so) throw new Error(words);
}

/** What has the focus, as people would call it. */
export async function focused(page) {
  return page.evaluate(() => {
    const element = document.activeElement;
    const label = element.labels?.[0]?.textContent ?? element.getAttribute("aria-label") ?? element.textContent;
    return `${element.localName}: ${label.trim().replace(/\s+/g, " ").slice(0, 60)}`;
  });
}

/** Presses Tab until something of these words has the focus, and makes sure that it can be seen. */
export async function tabTo(page, words, most = 60) {
  for (let press = 0; press < most; press += 1) {
    await page.keyboard.press("Tab");
    if (!(await focused(page)).includes(words)) continue;
    const fault = await page.evaluate(() => {
      const box = document.activeElement.getBoundingClientRect();
      const style = getComputedStyle(document.activeElement);
      const inside = box.top >= 0 && box.left >= 0 && box.bottom <= innerHeight && box.right <= innerWidth;
      if (!inside) return `outside the window: ${JSON.stringify(box)}`;
      if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) return "without an outline";
      const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
      return document.activeElement.contains(top) || top?.contains(document.activeElement) ? "" : "covered";
    });
    must(!fault, `the focus on “${words}” is ${fault}`);
    return;
  }
  throw new Error(`Tab does not come to “${words}”`);
}
