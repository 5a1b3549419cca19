// Somebody who has a keyboard and nothing else. At every stop the focus can be seen, the order is the order of the page, and
// nothing keeps the focus to itself.
//
//     const keys = new Keys(page);
//     await keys.enter("Make the plan");          // Tab until it has the focus, then Enter
//     await keys.fill(/#value/, "one@mail.test");
//
// What has the focus is told as `button#id: its name`; a text is looked for in that, a pattern is held against it.

import { must } from "./journey.mjs";

/** Most presses from one stop to another. */
const MOST = 150;

export class Keys {
  /** Stops that were made, on all pages. */
  stops = 0;

  constructor(page) {
    this.page = page;
  }

  /** Presses keys, one after the other. */
  async press(...keys) {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  /** Goes on to whatever is called so. */
  async to(wanted) {
    const is = (name) => (wanted instanceof RegExp ? wanted.test(name) : name.includes(wanted));
    const seen = [];
    for (let press = 0; press < MOST; press += 1) {
      await this.page.keyboard.press("Tab");
      const stop = await this.page.evaluate(look);
      this.stops += 1;
      seen.push(stop.name);
      must(!stop.fault, `the focus on “${stop.name}” is ${stop.fault}, at ${this.page.url()}`);
      if (is(stop.name)) return;
    }
    throw new Error(`Tab does not come to “${wanted}” at ${this.page.url()}: ${[...new Set(seen)].join(" | ")}`);
  }

  /** Goes to it and presses Enter. */
  async enter(wanted) {
    await this.to(wanted);
    await this.press("Enter");
  }

  /** Past the navigation, by the link that is there for it. */
  async main() {
    await this.enter(/^a: (Skip to the page|Zum Inhalt)/);
    must(await this.page.evaluate(() => document.activeElement.id) === "main", "the skip link does not lead to the page");
  }

  /** Types into a field, in place of what stands there. */
  async fill(wanted, text) {
    await this.to(wanted);
    await this.press("Control+a");
    await this.page.keyboard.type(text);
  }

  /** Ticks a box, or opens a fold. */
  async space(wanted) {
    await this.to(wanted);
    await this.press("Space");
  }

  /** Chooses in a list or among radio buttons by the arrow. */
  async choose(group, wanted) {
    await this.to(group);
    const chosen = () => this.page.evaluate(() => {
      const field = document.activeElement;
      const name = field.localName === "select" ? field.selectedOptions[0].textContent : field.closest("label").textContent;
      return { name: name.trim().replace(/\s+/g, " "), on: field.localName === "select" || field.checked };
    });
    if (!(await chosen()).on) await this.press("Space");
    for (let press = 0; press < MOST; press += 1) {
      if ((await chosen()).name.includes(wanted)) return;
      await this.press("ArrowDown");
    }
    throw new Error(`the arrow does not come to “${wanted}”`);
  }
}

/** What has the focus now, and what is wrong with that. Runs in the page. */
function look() {
  const element = document.activeElement;
  // the end of the page: the browser's own bar comes next, and then the page again
  if (!element || element === document.body) {
    globalThis.exeuntLast = null;
    return { name: "the end of the page", fault: "" };
  }
  const label = element.labels?.[0]?.textContent ?? element.getAttribute("aria-label") ?? element.textContent;
  const id = element.id ? `#${element.id}` : "";
  const name = `${element.localName}${id}: ${label.trim().replace(/\s+/g, " ").slice(0, 80)}`;
  const last = globalThis.exeuntLast;
  globalThis.exeuntLast = element;
  const fault = () => {
    if (last === element) {
      // a date has several parts, each a stop of its own
      return element.type === "date" || element.type === "datetime-local" ? "" : "stuck";
    }
    const back = last?.isConnected && last.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_PRECEDING;
    const first = document.querySelector("a[href], button, input, select, textarea, summary, [tabindex='0']");
    if (back && element !== first && !element.contains(last)) return "before what had it: the order jumps";
    const box = element.getBoundingClientRect();
    if (!box.width || !box.height) return "of no size";
    // of a field with many lines, the line that is written in is brought into sight
    const whole = box.height <= innerHeight && box.width <= innerWidth && element.localName !== "textarea";
    const inside = whole
      ? box.top >= -1 && box.left >= -1 && box.bottom <= innerHeight + 1 && box.right <= innerWidth + 1
      : box.top < innerHeight && box.bottom > 0;
    if (!inside) return `outside the window: ${JSON.stringify(box)}`;
    const style = getComputedStyle(element);
    // in a picture the box itself is drawn stronger
    const drawn = element.closest("svg") ? getComputedStyle(element.querySelector("rect, circle, path")).stroke !== "none" : false;
    if (!drawn && (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2)) return "without an outline";
    const top = document.elementFromPoint(box.left + box.width / 2, Math.min(box.top + box.height / 2, innerHeight - 1));
    return !top || element.contains(top) || top.contains(element) || element.labels?.[0]?.contains(top) ? "" : "covered";
  };
  return { name, fault: fault() };
}
