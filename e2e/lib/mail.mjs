// Letters that the mail server of a journey took: one JSON file each, in the order they came.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = process.env.EXEUNT_MAIL;

/** The plain text of a letter. */
function text(data) {
  const [, rest] = data.split("Content-Type: text/plain");
  const at = rest.indexOf("\r\n\r\n");
  const head = rest.slice(0, at);
  const body = rest.slice(at + 4).split("\r\n--")[0];
  if (head.includes("base64")) return Buffer.from(body, "base64").toString("utf8");
  if (!head.includes("quoted-printable")) return body;
  const bytes = body.replace(/=\r\n/g, "").replace(/=([0-9A-F]{2})/g, (_, code) => String.fromCharCode(parseInt(code, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}

/** Every letter to an address, oldest first. */
export function letters(to) {
  const names = readdirSync(FOLDER).filter((name) => !name.endsWith(".part")).sort();
  const all = names.map((name) => JSON.parse(readFileSync(join(FOLDER, name), "utf8")));
  return all.filter((one) => one.to.includes(to)).map((one) => text(one.data));
}

/** Waits until an address has more than `before` letters that say this, and gives the last one. */
export async function told(to, part, before = 0) {
  const end = Date.now() + 30_000;
  for (;;) {
    const found = letters(to).filter((letter) => letter.includes(part));
    if (found.length > before) return found.at(-1);
    if (Date.now() > end) throw new Error(`nobody was told “${part}”: ${letters(to).length} letters`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** How many letters to an address say this. */
export const count = (to, part) => letters(to).filter((letter) => letter.includes(part)).length;

/** The path of a link in a letter that leads to this place. */
export function link(letter, place) {
  const found = letter.match(new RegExp(`https://privacy\\.small\\.test(/${place}\\S+)`));
  if (!found) throw new Error(`no link to ${place}`);
  return found[1];
}
