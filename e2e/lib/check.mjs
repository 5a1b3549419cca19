// What every page has to be: without a fault that axe finds, readable in light and dark, at any width and size of text, in
// any language and direction. Screenshots of all of it are for human eyes, in `target/screens`.

import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { AXE, SCREENS } from "./tools.mjs";

const WIDE = { width: 1280, height: 800 };
const NARROW = { width: 320, height: 640 };

const seen = new Set();

/** Checks a page as it stands now, in every way. `name` names its screenshots, and is used once. */
export async function check(page, name) {
  if (seen.has(name)) throw new Error(`two states are both called ${name}`);
  seen.add(name);
  mkdirSync(SCREENS, { recursive: true });
  const faults = [];
  const shoot = (state, fullPage = true) =>
    page.screenshot({ path: fileURLToPath(new URL(`${name}-${state}.png`, SCREENS)), fullPage });
  // what somebody sees who opens it: pictures for the guide
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize(WIDE);
  await shoot("window", false);
  for (const colorScheme of ["light", "dark"]) {
    for (const [width, viewport] of [[1280, WIDE], [320, NARROW]]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(viewport);
      const where = `${name}, ${colorScheme}, ${width} px`;
      faults.push(...(await axe(page)).map((fault) => `${where}: ${fault}`));
      if (width === 320) faults.push(...(await tooWide(page)).map((fault) => `${where}: ${fault}`));
      await shoot(`${colorScheme}-${width}`);
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  for (const [width, viewport] of [[320, NARROW], [1280, WIDE]]) {
    await page.setViewportSize(viewport);
    await page.evaluate(pseudo);
    const where = `${name}, another language, ${width} px`;
    faults.push(...(await tooWide(page)).map((fault) => `${where}: ${fault}`));
    faults.push(...(await page.evaluate(cut)).map((fault) => `${where}: ${fault}`));
    if (width === 1280) await shoot("pseudo");
    await page.evaluate(plain);
  }
  await page.evaluate(() => { document.documentElement.style.fontSize = "200%"; });
  faults.push(...(await tooWide(page)).map((fault) => `${name}, text of twice the size: ${fault}`));
  await page.evaluate(() => { document.documentElement.style.fontSize = ""; });
  const title = await page.title();
  if (title.includes("@") || title.includes("anary")) faults.push(`${name}: the title names somebody: ${title}`);
  if (decodeURIComponent(page.url()).includes("anary")) faults.push(`${name}: the address names somebody`);
  const kept = await page.evaluate(() => localStorage.length + sessionStorage.length);
  if (kept) faults.push(`${name}: something is kept in the browser's storage`);
  if (faults.length) throw new Error(faults.join("\n"));
}

async function axe(page) {
  // not a script of the page: the page's own policy stays as it is
  await page.evaluate(AXE);
  const found = await page.evaluate(() => globalThis.axe.run(document, {
    rules: { "target-size": { enabled: true } },
    resultTypes: ["violations"],
  }));
  return found.violations.map((fault) => {
    const places = fault.nodes.map((node) => `    ${node.target.join(" ")}: ${node.failureSummary?.replace(/\s+/g, " ")}`);
    return `${fault.id} (${fault.impact}): ${fault.help}\n${places.join("\n")}`;
  });
}

/** What makes the page scroll sideways. */
async function tooWide(page) {
  return page.evaluate(() => {
    const root = document.scrollingElement;
    if (root.scrollWidth <= root.clientWidth) return [];
    const out = [...document.body.querySelectorAll("*")].filter((element) => {
      const box = element.getBoundingClientRect();
      const inside = element.closest(".scroll, .skip, svg");
      return box.width && !inside && (box.right > root.clientWidth + 1 || box.left < -1);
    });
    // what is taken out of the flow leaves its scrolling box, too, unless that box is positioned
    out.push(...[...document.querySelectorAll(".scroll .unseen")].filter(() => !out.length));
    const names = out.slice(-3).map((element) => element.outerHTML.slice(0, 120));
    return [`the page scrolls sideways (${root.scrollWidth} of ${root.clientWidth} px): ${names.join(" | ")}`];
  });
}

/** Makes every text longer and the page run from right to left, as another language would. Runs in the page. */
function pseudo() {
  const accents = { a: "á", e: "é", i: "í", o: "ö", u: "ü", A: "Á", E: "É", I: "Í", O: "Ö", U: "Ü", n: "ñ", c: "ç", s: "š" };
  const kept = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const text = node.data;
    if (!text.trim() || node.parentElement.closest("script, style, .mono, code, kbd, time, svg, [translate=no]")) continue;
    kept.push([node, text]);
    const longer = text.trim().split(/\s+/).filter((_, at) => at % 5 < 2).join(" ");
    node.data = `${text.replace(/[aeiouAEIOUncs]/g, (letter) => accents[letter] ?? letter)} ${longer}`;
  }
  globalThis.exeuntPseudo = kept;
  document.documentElement.dir = "rtl";
}

/** As it was. Runs in the page. */
function plain() {
  for (const [node, text] of globalThis.exeuntPseudo) node.data = text;
  document.documentElement.removeAttribute("dir");
}

/** Texts that are cut off. Runs in the page. */
function cut() {
  const shown = (element) => element.checkVisibility() && !element.closest(".unseen, .skip, svg, select, textarea, input");
  return [...document.body.querySelectorAll("*")].filter((element) => {
    const style = getComputedStyle(element);
    const hides = [style.overflowX, style.overflowY].some((word) => ["hidden", "clip"].includes(word));
    const runsOver = element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 1;
    const button = element.matches("button, .button, .badge") && element.scrollWidth > element.clientWidth + 1;
    return shown(element) && ((hides && runsOver) || button);
  }).map((element) => `cut off: ${element.outerHTML.slice(0, 120)}`);
}
