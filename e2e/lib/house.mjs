// The program under test, and people in it. Pages are tried in a browser; whatever only has to be there is made by the API.

import { execFileSync } from "node:child_process";

import { Authenticator } from "./totp.mjs";

const URL_ = process.env.EXEUNT_URL;
const PASSWORD = "nine purple otters juggle";

/** Somebody who works here. */
export class Person {
  constructor(role, email, secret, token) {
    Object.assign(this, { role, email, token, password: PASSWORD, authenticator: new Authenticator(secret) });
  }

  /** What their authenticator shows. */
  code() {
    return this.authenticator.code();
  }
}

export class House {
  /** Where it is. */
  url = URL_;
  #admin;
  #people = 0;

  /** A path of it as an address. */
  at(path) {
    return new URL(path, URL_).href;
  }

  /** Calls the API, and wants a good answer. */
  async api(method, path, token, body) {
    const headers = { "content-type": "application/json" };
    if (token) headers.authorization = `Bearer ${token}`;
    const sent = { method, headers, body: body === undefined ? undefined : JSON.stringify(body) };
    const answer = await fetch(this.at(`/api/v1${path}`), sent);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text && answer.headers.get("content-type")?.includes("json") ? JSON.parse(text) : text;
  }

  /** Runs the program in its home: `house.run("request", "list")`. */
  run(...words) {
    const { EXEUNT_BIN, EXEUNT_DIR } = process.env;
    return execFileSync(EXEUNT_BIN, words, { cwd: EXEUNT_DIR, env: {}, encoding: "utf8" });
  }

  /** The one-time token of the first administrator. */
  setupToken() {
    return this.run("setup-token").trim();
  }

  /** The first administrator. */
  async admin() {
    if (!this.#admin) {
      const person = { name: "First Admin", email: "admin@canary.test" };
      this.#admin = await this.#join("admin", "/enrollments/set-up", this.setupToken(), person, person.email);
    }
    return this.#admin;
  }

  /** The administrator is somebody who joined in a browser. */
  adminIs(person) {
    this.#admin = person;
  }

  /** Somebody new of a role: `viewer`, `agent`, `officer`, `engineer`, `auditor`, `admin`; or of several. */
  async person(...roles) {
    const admin = await this.admin();
    const email = `${roles[0]}-${++this.#people}@canary.test`;
    const invited = await this.api("POST", "/users", admin.token, { name: `Canary ${roles[0]}`, email, roles });
    return this.#join(roles[0], "/enrollments/accept", invited.token, {}, email);
  }

  /** An invitation, to be taken up in a browser. */
  async invitation(role) {
    const admin = await this.admin();
    const email = `invited-${++this.#people}@canary.test`;
    const invited = await this.api("POST", "/users", admin.token, { name: "Canary Guest", email, roles: [role] });
    return { email, token: invited.token };
  }

  async #join(role, path, token, person, email) {
    const shown = await this.api("POST", "/enrollments/show", "", { token });
    const joining = new Person(role, email, shown.secret);
    const { enrollment } = shown;
    const sent = { ...person, token, enrollment, password: PASSWORD, code: await joining.code() };
    joining.token = (await this.api("POST", path, "", sent)).token;
    return joining;
  }

  /** Asks again and again until an answer is wanted: for work that workers do. */
  async until(ask, wanted, what) {
    const end = Date.now() + 60_000;
    for (;;) {
      const answer = await ask();
      if (wanted(answer)) return answer;
      if (Date.now() > end) throw new Error(`${what} did not come: ${JSON.stringify(answer)}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
