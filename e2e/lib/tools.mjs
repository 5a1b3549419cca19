// What `cargo xtask prepare` installed: not beside these files but below `target/tools`, where everything installed is.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(new URL("../../target/tools/e2e/package.json", import.meta.url));

export const { chromium } = require("playwright-core");

/** axe's source, as a page runs it. */
export const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

/** Where screenshots go. */
export const SCREENS = new URL("../../target/screens/", import.meta.url);
