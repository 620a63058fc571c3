import { decodeTimestamp } from "../../src/protocol/timestamp.ts";
import type { Catalog } from "../../src/store/catalog.ts";
import { Chance } from "./chance.ts";
import type { Executions } from "./engine-app.ts";
import { hold, Sometimes, Violation } from "./facts.ts";
import { checkSums, History } from "./history.ts";
import { type Args, JOBS, TABLES } from "./model-app.ts";
import { Connection, PageSocket } from "./network.ts";
import { type LoadClient, loadOfficialClient } from "./official-client.ts";
import { Page } from "./page.ts";
import { type Bug, Server } from "./server.ts";
import { SimDisk } from "./sim-disk.ts";
import { VirtualTime } from "./virtual-time.ts";
import type { WireCounts } from "./wire-check.ts";

/** How long a client may need to notice a silent server, wait its turn and come back, ms. */
const RECOVERY_MS = 400_000;

/** How long nothing may change before it counts as quiet, ms. */
const QUIET_MS = 1_000;

/** How far any clock of a scenario is ahead, ms. */
export const CLOCK_AHEAD_MS = 3_600_000;

/**
 * One world: a server, its disk, a network and pages, all on virtual time, and everybody who checks.
 *
 * It wires them and offers what a scenario may do to them; it does not decide what happens when.
 */
export class World {
  readonly time = new VirtualTime();
  readonly chance: Chance;
  readonly sometimes = new Sometimes();
  readonly disk: SimDisk;
  readonly history: History;
  readonly executions: Executions = new Map();
  readonly counts: WireCounts = {
    transitions: 0,
    resultsCompared: 0,
    queryRuns: 0,
    needlessRuns: 0,
  };
  readonly #bug: Bug | null;
  readonly #loadClient: LoadClient;
  readonly pages: Page[] = [];
  readonly #gone: Page[] = [];
  readonly faults: string[] = [];
  server: Server | null = null;
  serverSkewMs = 0;
  /** Which table an id belongs to is known also while no server is there. */
  #catalog: Catalog | null = null;
  #isStarting = false;
  #revokedBeforeMs = 0;
  #tokens = 0;
  #trouble: unknown = null;
  #checks: Array<() => void> = [];

  static async create(seed: number, bug: Bug | null = null): Promise<World> {
    return new World(seed, bug, await loadOfficialClient());
  }

  private constructor(seed: number, bug: Bug | null, loadClient: LoadClient) {
    this.chance = new Chance(seed);
    this.#bug = bug;
    this.#loadClient = loadClient;
    this.disk = new SimDisk(new Chance(seed, 1), this.sometimes);
    this.history = new History(this.executions, this.sometimes, (id) => this.#isSystemRow(id));
    this.disk.onAppended = (records) => this.#noting(() => this.history.noteAppended(records));
    this.disk.onViolation = (violation) => this.#noteTrouble(violation);
    this.disk.onPowerCut = () => this.#endServer("the server lost its power", true);
    bug?.disk?.(this.disk);
  }

  /** Runs the world for so long; throws the first violation. */
  async run(durationMs: number, isDone?: () => boolean): Promise<void> {
    await this.time.runUntil(this.time.nowMs + durationMs, () => this.#check(), isDone);
  }

  async #check(): Promise<void> {
    await this.history.catchUp();
    const checks = this.#checks;
    this.#checks = [];
    for (const check of checks) check();
    await this.server?.compareViews();
    if (this.#trouble !== null) throw this.#trouble;
  }

  note(fault: string): void {
    this.faults.push(`${(this.time.nowMs / 1000).toFixed(3)} s: ${fault}`);
  }

  async #startServer(): Promise<void> {
    if (this.server || this.#isStarting) return;
    this.#isStarting = true;
    try {
      const server = new Server(
        {
          time: this.time,
          chance: this.chance,
          disk: this.disk,
          history: this.history,
          executions: this.executions,
          sometimes: this.sometimes,
          counts: this.counts,
          bug: this.#bug,
          revokedBeforeMs: () => this.#revokedBeforeMs,
          noting: (check) => this.#noting(check),
          checkLater: (check) => this.#checks.push(check),
          onDiskFailed: () => this.#endServer("the disk failed", false),
        },
        this.serverSkewMs,
      );
      this.server = server;
      this.history.lives++;
      this.#catalog = server.core.store.catalog;
      await server.start();
    } catch (error) {
      if (error instanceof Violation) throw error;
      // It could not start: no room, or the power failed again. Somebody will try once more.
      this.note(`the server did not start: ${error}`);
      if (this.server) await this.#endServer("the start failed", false);
    } finally {
      this.#isStarting = false;
    }
  }

  /** @param isPower Clients do not hear of it, and what the disk has not synced is gone. */
  async #endServer(why: string, isPower: boolean): Promise<void> {
    const { server } = this;
    if (!server) return;
    this.note(why);
    this.server = null;
    server.machine.isOn = false;
    if (isPower) this.disk.losePower();
    await server.end(isPower && this.chance.oneIn(2)).catch((error) => this.#noteTrouble(error));
    this.disk.failsNext = false;
    this.disk.powerCutIn = null;
    this.time.after(this.chance.int(50, 8_000), () => void this.#start());
  }

  async #start(): Promise<void> {
    await this.#startServer().catch((error) => this.#noteTrouble(error));
    if (!this.server) this.time.after(500, () => void this.#start());
  }

  kill(): void {
    if (!this.server) return;
    this.sometimes.reach("the server was killed");
    void this.#endServer("kill -9", false);
  }

  losePower(): void {
    if (!this.server) return;
    this.sometimes.reach("the server lost its power");
    void this.#endServer("power cut", true);
  }

  restart(): void {
    const { server } = this;
    if (!server?.isAccepting) return;
    this.note("graceful restart");
    this.sometimes.reach("the server was restarted gracefully");
    server.stop().then(
      () => {
        if (this.server !== server) return;
        this.server = null;
        this.time.after(this.chance.int(20, 2_000), () => void this.#start());
      },
      (error) => {
        if (error instanceof Violation) this.#noteTrouble(error);
        void this.#endServer(`the restart failed: ${error}`, false);
      },
    );
  }

  setServerClock(skewMs: number): void {
    this.sometimes.reach(
      skewMs < this.serverSkewMs ? "the server's clock went back" : "the server's clock went ahead",
    );
    this.serverSkewMs = skewMs;
    if (this.server) this.server.machine.skewMs = skewMs;
  }

  revokeTokens(): void {
    this.#revokedBeforeMs = this.issuerMs() - 5_000;
  }

  issuerMs(): number {
    return this.server?.machine.wallMs() ?? 1_790_000_000_000 + this.time.nowMs + this.serverSkewMs;
  }

  openPage(): Page {
    const page: Page = new Page({
      time: this.time,
      chance: this.chance,
      history: this.history,
      sometimes: this.sometimes,
      loadClient: this.#loadClient,
      connect: () => this.#connect(() => page),
      issuerMs: () => this.issuerMs(),
      check: (check) => this.#checks.push(check),
      nextToken: (name) => `${name}#${this.#tokens++}`,
    });
    this.pages.push(page);
    return page;
  }

  closePage(page: Page): void {
    this.pages.splice(this.pages.indexOf(page), 1);
    this.#gone.push(page);
    page.leave();
  }

  #connect(pageOf: () => Page): PageSocket {
    const socket = new PageSocket(() => pageOf().isGone);
    this.time.after(this.chance.int(1, 60), () => {
      const page = pageOf();
      if (page.isGone) return;
      const { server } = this;
      if (!server?.isAccepting) {
        this.sometimes.reach("the server was unreachable");
        socket.ended(1006, "");
        return;
      }
      const connection = new Connection(this.time, this.chance, page.machine, socket);
      connection.onDelivered = (text) => this.#noteDelivered(page, connection, text);
      if (page.connections++ > 0) this.sometimes.reach("a client connected again");
      if (page.current?.isHalfOpen) {
        this.sometimes.reach("a session had two connections");
      }
      page.current = connection;
      server.accept(connection);
      socket.opened(connection);
    });
    return socket;
  }

  #noteDelivered(page: Page, connection: Connection, text: string): void {
    if (page.current !== connection || page.isGone) return;
    if (connection.wasSlow && connection.unsentBytes === 0) {
      connection.wasSlow = false;
      this.sometimes.reach("a slow reader caught up");
    }
    const shown = /"endVersion":\{[^}]*"ts":"([^"]+)"/.exec(text);
    if (!shown) return;
    const ts = decodeTimestamp(shown[1]!);
    this.#noting(() => {
      hold(ts >= page.shownTs, "R3", () => `a page was shown ${ts} after ${page.shownTs}`);
    });
    page.shownTs = ts;
  }

  /** What throws here is told at the end of the step, not to whoever happens to be calling. */
  #noting(check: () => void): void {
    try {
      check();
    } catch (error) {
      this.#noteTrouble(error);
    }
  }

  #noteTrouble(error: unknown): void {
    this.#trouble ??= error;
  }

  #isSystemRow(id: string): boolean {
    const table = this.#catalog?.tableOfId(id)?.name;
    return table === undefined || table.startsWith("_") || !(table in TABLES);
  }

  /** Lets everything come to rest, without further faults, and holds what is left to account. */
  async comeToRest(): Promise<void> {
    this.disk.isFull = false;
    this.disk.failsNext = false;
    this.disk.powerCutIn = null;
    // Jobs that a clock which was ahead has put down for later are due then, and not before.
    this.setServerClock(CLOCK_AHEAD_MS);
    const isQuiet = () =>
      this.server?.isAccepting === true &&
      this.history.jobsWaiting.length === 0 &&
      this.pages.every((page) => page.waiting.size === 0 && page.isConnected);
    const untilMs = this.time.nowMs + RECOVERY_MS;
    // What was on its way when all seemed quiet may still take somebody offline: a token's end, say.
    do {
      await this.run(untilMs - this.time.nowMs, isQuiet);
      await this.run(QUIET_MS);
    } while (!isQuiet() && this.time.nowMs < untilMs);
    const waiting = this.pages.flatMap((page) => [...page.waiting]);
    hold(waiting.length === 0, "R5", () => `never answered: ${waiting.slice(0, 5).join(", ")}`);
    const jobs = this.history.jobsWaiting;
    hold(jobs.length === 0, "I8", () => `never run: ${jobs.slice(0, 5).join(", ")}`);
    for (const page of this.pages) await page.checkQuiet();
    this.#noteShared();
    this.#checkAnswers();
    this.#checkIndexes();
    checkSums(this.history.latest);
  }

  #noteShared(): void {
    const shown = this.pages.map(({ subscriptions }) =>
      subscriptions.map(({ name, args }) => `${name} ${JSON.stringify(args)}`),
    );
    const [first = [], ...others] = shown;
    if (first.some((query) => others.some((page) => page.includes(query)))) {
      this.sometimes.reach("a query was shared by several clients");
    }
  }

  /** I1, I2: answered with success means stored with that result; refused means not stored. */
  #checkAnswers(): void {
    const issued = new Set<string>(["seed#"]);
    for (const page of [...this.pages, ...this.#gone]) {
      for (const [token, answer] of page.answers) {
        issued.add(token);
        const commit = this.history.commitOf(token);
        if (answer.kind === "ok") {
          hold(commit?.result === answer.result, "I1", () => {
            return `${token} was answered with ${answer.result}; stored is ${commit?.result}`;
          });
        } else if (answer.kind === "failed") {
          hold(commit === null, "I1", () => `${token} failed (${answer.message}), but is stored`);
        }
      }
      for (const token of page.waiting) {
        issued.add(token);
        if (this.history.commitOf(token)) this.sometimes.reach("a commit was never acknowledged");
        else this.sometimes.reach("a request was lost on its way");
      }
    }
    for (const token of this.history.committedTokens) {
      const isJob = JOBS.some((job) => token.startsWith(job)) || token.endsWith("/job");
      hold(isJob || issued.has(token), "I2", () => `${token} is stored, but nobody asked for it`);
    }
  }

  /** I7: each index, read through, is what sorting the documents gives. */
  #checkIndexes(): void {
    const { store } = this.server!.core;
    const { tables } = this.history.latest;
    for (const [name, rows] of Object.entries(tables)) {
      const table = store.catalog.ensureTable(name);
      for (const index of table.indexes.values()) {
        const entries = store.scan(index, "", null, "asc", 1_000_000, store.durableTs);
        const ids = entries.map(({ document }) => document.id).sort();
        const expected = [...rows.keys()].sort();
        hold(
          ids.join() === expected.join(),
          "I7",
          () => `index ${name}.${index.name} has ${ids.length} entries for ${expected.length} rows`,
        );
      }
    }
  }

  /** Rows that are there before anything happens. */
  async prepare(): Promise<void> {
    const token = "seed#";
    const args: Args = { token };
    this.history.noteAsked("setup", 0, { token, name: "seed", args, user: null });
    void this.#start();
    await this.run(100);
    void this.server!.core.runtime.runMutation(
      { path: "app:seed", args: { token }, caller: { kind: "anonymous" }, allowsInternal: true },
      { sessionId: "setup", requestId: 0 },
    );
    await this.run(100);
    hold(this.history.commitOf(token) !== null, "I1", () => "the first rows were not stored");
  }
}
