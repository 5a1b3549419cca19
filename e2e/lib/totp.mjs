// An authenticator (RFC 6238). Each code counts once, and the one before or after the one of now counts too: so one person
// can show three codes within half a minute before they have to wait for the clock.

import { createHmac } from "node:crypto";

const STEP = 30_000;
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

function bytes(base32) {
  const bits = [...base32].map((letter) => ALPHABET.indexOf(letter)).filter((value) => value >= 0)
    .map((value) => value.toString(2).padStart(5, "0")).join("");
  return Buffer.from(bits.match(/.{8}/g).map((eight) => parseInt(eight, 2)));
}

function code(secret, step) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const tag = createHmac("sha1", secret).update(counter).digest();
  const at = tag[tag.length - 1] & 15;
  return String((tag.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

export class Authenticator {
  #secret;
  #used = 0;

  constructor(base32) {
    this.#secret = bytes(base32);
  }

  /** A code that was not used yet. Waits for the clock when there is none. */
  async code() {
    for (;;) {
      const now = Math.floor(Date.now() / STEP);
      const step = Math.max(now - 1, this.#used + 1);
      if (step <= now + 1) {
        this.#used = step;
        return code(this.#secret, step);
      }
      await new Promise((resolve) => setTimeout(resolve, step * STEP - STEP - Date.now() + 50));
    }
  }

  /** Half a minute later: for codes that must be those of now, because the page was just shown. */
  wrong() {
    return "000000";
  }
}
