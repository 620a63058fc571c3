// One server, one browser, several people, and evidence when something fails.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from "playwright-core";
import type { TestContext } from "vitest";
import { findBrowser, NO_BROWSER_SENTENCE } from "../../scripts/find-browser.mjs";
import { cleanUp, type RunningServer, rootDir, startParley } from "./server";

/** Far more than anything takes: a machine that builds beside the tests must not fail them. */
const ACTION_MAX_MS = 20_000;
export const PASSWORD = "correct horse battery";

export interface Person {
  name: string;
  email: string;
  context: BrowserContext;
  page: Page;
  /** What a healthy page never does: console errors, CSP violations, hydration warnings, requests to strangers. */
  troubles: string[];
}

export interface Stage {
  server: RunningServer;
  browser: Browser;
  /** Opens a browser of its own for somebody who has no account yet. */
  visitor(name: string, options?: BrowserContextOptions): Promise<Person>;
  /** The same, with an account made through the identity service's HTTP interface, on the messages page. */
  person(name: string, options?: BrowserContextOptions): Promise<Person>;
  /** Replaces the server that evidence and later people belong to, after a restart. */
  setServer(server: RunningServer): void;
  /** Keeps a picture of every page and the server's log when the test fails. For `beforeEach`. */
  watch(context: TestContext): void;
  close(): Promise<void>;
}

export async function openStage(environment: Record<string, string> = {}): Promise<Stage> {
  const executablePath = await findBrowser();
  if (executablePath === null) throw new Error(NO_BROWSER_SENTENCE);
  let server = await startParley({ environment });
  // Inside a container there is no user namespace for Chromium's sandbox; the pages are our own.
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const browser = await chromium.launch({ executablePath, args });
  const people: Person[] = [];

  const visitor = async (name: string, options: BrowserContextOptions = {}): Promise<Person> => {
    const context = await browser.newContext({
      baseURL: server.url,
      locale: "en-GB",
      viewport: { width: 1280, height: 800 },
      // It fetches the whole build once for every browser; who tests it asks for it.
      serviceWorkers: "block",
      ...options,
    });
    context.setDefaultTimeout(ACTION_MAX_MS);
    const page = await context.newPage();
    const email = `${name.toLowerCase().replace(/[^a-z]+/g, ".")}@example.org`;
    const person: Person = { name, email, context, page, troubles: [] };
    watchForTrouble(person, new URL(server.url).host);
    people.push(person);
    return person;
  };

  return {
    get server() {
      return server;
    },
    browser,
    visitor,
    async person(name, options) {
      const person = await visitor(name, options);
      await signUpOverHttp(person, server.url);
      await person.page.goto("/messages");
      await person.page.getByRole("navigation", { name: "Main" }).waitFor();
      return person;
    },
    setServer(next) {
      server = next;
    },
    watch(context) {
      context.onTestFailed(() => saveEvidence(context.task.name, people, server));
    },
    async close() {
      await browser.close();
      await cleanUp();
    },
  };
}

/** Creates the account over HTTP; the session cookie lands in the person's own browser context. */
export async function signUpOverHttp(person: Person, url: string): Promise<void> {
  const response = await person.context.request.post(`${url}/api/auth/sign-up/email`, {
    data: { name: person.name, email: person.email, password: PASSWORD },
    headers: { origin: url },
  });
  if (!response.ok()) {
    throw new Error(
      `Sign-up of ${person.name} answered ${response.status()}: ${await response.text()}`,
    );
  }
}

/** The same for somebody who has an account: a second device of theirs. */
export async function signInOverHttp(person: Person, url: string): Promise<void> {
  const response = await person.context.request.post(`${url}/api/auth/sign-in/email`, {
    data: { email: person.email, password: PASSWORD },
    headers: { origin: url },
  });
  if (!response.ok()) throw new Error(`Sign-in of ${person.name}: ${await response.text()}`);
}

/** The identity token of somebody who is signed in, as any stock client would fetch it. */
export async function tokenOf(person: Person): Promise<string> {
  const response = await person.context.request.get("/api/auth/token");
  const body = (await response.json()) as { token: string };
  return body.token;
}

function watchForTrouble(person: Person, host: string): void {
  const { page, troubles } = person;
  page.on("pageerror", (error) => troubles.push(`uncaught: ${error.message}`));
  page.on("console", (message) => {
    const text = message.text();
    const isTelling = /hydrat|did not match|Content Security Policy/i.test(text);
    if (message.type() === "error" || (message.type() === "warning" && isTelling)) {
      troubles.push(`console ${message.type()}: ${text} (${message.location().url})`);
    }
  });
  const checkAddress = (address: string) => {
    const url = new URL(address);
    const isOwn = url.host === host || ["data:", "blob:", "about:"].includes(url.protocol);
    if (!isOwn) troubles.push(`request to a stranger: ${address}`);
  };
  person.context.on("request", (request) => checkAddress(request.url()));
  page.on("websocket", (socket) => checkAddress(socket.url()));
}

async function saveEvidence(
  testName: string,
  people: Person[],
  server: RunningServer,
): Promise<void> {
  const folder = join(
    rootDir,
    "test-results",
    testName.replace(/[^A-Za-z0-9]+/g, "-").slice(0, 80),
  );
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "server.log"), server.output());
  for (const { name, page, troubles } of people) {
    if (page.isClosed()) continue;
    await page.screenshot({ path: join(folder, `${name}.png`) }).catch(() => undefined);
    const tree = await page
      .locator("body")
      .ariaSnapshot({ timeout: 2_000 })
      .catch(() => "");
    writeFileSync(join(folder, `${name}.txt`), [page.url(), ...troubles, "", tree].join("\n"));
  }
}
