import type { Chance } from "./chance.ts";
import { hold, type Sometimes } from "./facts.ts";
import type { History } from "./history.ts";
import { type Args, queries } from "./model-app.ts";
import { canonical } from "./naive-store.ts";
import type { Connection, PageSocket } from "./network.ts";
import type { LoadClient } from "./official-client.ts";
import { Machine, type VirtualTime } from "./virtual-time.ts";

export interface PageSurroundings {
  time: VirtualTime;
  chance: Chance;
  history: History;
  sometimes: Sometimes;
  loadClient: LoadClient;
  /** Opens a socket to the server, some time later. */
  connect: (page: Page) => PageSocket;
  /** Server's wall clock, by which tokens are issued. */
  issuerMs: () => number;
  /** Runs a check once this step is over. */
  check: (check: () => void) => void;
  nextToken: (name: string) => string;
}

interface Subscription {
  name: string;
  args: Args;
  unsubscribe: () => void;
}

/** What a page was told of one mutation of its own. */
export type Answer =
  | { kind: "ok"; result: string }
  | { kind: "failed"; message: string }
  | { kind: "unknown" };

/** Short ones end, long ones outlive a reader's stall. */
const TOKEN_LIVES_S = [20, 120];

/** One page with a stock client in it: what a person does there, and what they get to see. */
export class Page {
  readonly machine: Machine;
  readonly #world: PageSurroundings;
  readonly #client: InstanceType<ReturnType<LoadClient>>;
  readonly subscriptions: Subscription[] = [];
  /** Mutations that have no answer yet. */
  readonly waiting = new Set<string>();
  readonly answers = new Map<string, Answer>();
  /** Whether this page was told to sign in, whatever came of it. */
  hasSignedIn = false;
  /** Whether a token has come since the last sign-in: from the second on they may take long. */
  hasToken = false;
  #tokensUnderWay = 0;
  connections = 0;
  current: Connection | null = null;
  /** The newest timestamp that the client was shown. */
  shownTs = 0n;

  constructor(world: PageSurroundings) {
    this.#world = world;
    this.machine = new Machine(world.time, world.chance);
    this.machine.skewMs = world.chance.oneIn(3) ? world.chance.int(-3_600_000, 3_600_000) : 0;
    const Client = world.loadClient({
      setTimeout: (run, delayMs) => this.machine.after(delayMs ?? 0, run),
      clearTimeout: (timer) => (timer as { cancel(): void } | undefined)?.cancel(),
      nowMs: () => this.machine.wallMs(),
      random: () => world.chance.fraction(),
    });
    // What the client constructs is a socket of ours; its type is the browser's.
    const SocketOfPage = function connect() {
      return world.connect(pageOf());
    } as unknown as typeof WebSocket;
    const pageOf = () => this;
    this.#client = new Client("http://simulation.test", () => {}, {
      webSocketConstructor: SocketOfPage,
      skipConvexDeploymentUrlCheck: true,
      unsavedChangesWarning: false,
      logger: false,
    });
  }

  get isGone(): boolean {
    return !this.machine.isOn;
  }

  subscribe(name: string, args: Args): void {
    const { unsubscribe } = this.#client.subscribe(`app:${name}`, args as never);
    this.subscriptions.push({ name, args, unsubscribe });
  }

  dropSubscription(): void {
    if (this.subscriptions.length === 0) return;
    const place = this.#world.chance.int(0, this.subscriptions.length);
    this.subscriptions.splice(place, 1)[0]!.unsubscribe();
  }

  /**
   * Not while a token is being fetched: the stock client (1.48.0) that is paused for one and is told
   * of another person goes on without its Connect, and one that is told to sign out stays paused.
   */
  signIn(user: string): void {
    if (this.#tokensUnderWay > 0) return;
    this.hasSignedIn = true;
    this.hasToken = false;
    this.#client.setAuth(
      async () => {
        const { chance, sometimes } = this.#world;
        this.#tokensUnderWay++;
        const isSlow = this.hasToken && chance.oneIn(8);
        const delayMs = isSlow ? chance.int(5_000, 40_000) : chance.int(0, 100);
        await new Promise<void>((resolve) => this.machine.after(delayMs, resolve));
        this.hasToken = true;
        this.#tokensUnderWay--;
        sometimes.reach("a token was renewed");
        const iat = Math.floor(this.#world.issuerMs() / 1000);
        const claims = JSON.stringify({ sub: user, iat, exp: iat + chance.pick(TOKEN_LIVES_S) });
        return `e30.${Buffer.from(claims).toString("base64url")}.none`;
      },
      () => {},
    );
  }

  signOut(): void {
    if (this.#tokensUnderWay > 0) return;
    this.hasSignedIn = false;
    this.#client.clearAuth();
    this.#world.sometimes.reach("a person signed out");
  }

  mutate(name: string, args: Args): void {
    const { history, sometimes } = this.#world;
    const token = this.#world.nextToken(name);
    history.noteInvoked(token);
    this.waiting.add(token);
    this.#client.mutation(`app:${name}`, { ...args, token } as never).then(
      (result: unknown) => {
        if (this.isGone) return;
        this.waiting.delete(token);
        sometimes.reach("a mutation was acknowledged");
        this.answers.set(token, { kind: "ok", result: canonical(result) });
        this.#world.check(() => this.#checkAnswered(name, token));
      },
      (error: Error) => {
        if (this.isGone) return;
        this.waiting.delete(token);
        const { message } = error;
        // It was committed while somebody else was signed in here; whether is not for us to know.
        if (message.includes("made by somebody else")) {
          sometimes.reach("a request was repeated by somebody else");
          this.answers.set(token, { kind: "unknown" });
          return;
        }
        sometimes.reach(
          message.includes("disk is full")
            ? "a mutation was refused by a full disk"
            : "a mutation was refused by its function",
        );
        if (name === "scheduleAndFail") sometimes.reach("a job was refused with its mutation");
        this.answers.set(token, { kind: "failed", message });
      },
    );
  }

  /** The promise of a mutation resolves with its effect in view (R4), and orders what comes after. */
  #checkAnswered(name: string, token: string): void {
    const { history } = this.#world;
    const commit = history.commitOf(token);
    hold(commit !== null, "I1", () => `${name} ${token} was acknowledged and is not there`);
    const { ts } = commit!;
    hold(
      this.shownTs >= ts,
      "R4",
      () => `${name} ${token} resolved at ${this.shownTs}, before its own ${ts} was in view`,
    );
    if (ts > history.acknowledgedTs) history.acknowledgedTs = ts;
  }

  /** What the client itself holds for each of its queries, now that all is quiet (R5). */
  async checkQuiet(): Promise<void> {
    const { history } = this.#world;
    const user = this.current?.shownUser ?? null;
    for (const { name, args } of this.subscriptions) {
      let shown = "failed";
      try {
        const result: unknown = this.#client.localQueryResult(`app:${name}`, args as never);
        shown = result === undefined ? "nothing" : canonical(result);
      } catch {
        // The stock client throws what the query failed with.
      }
      const expected = await history.answerAt(history.latest.ts, name, args, user);
      hold(
        shown === expected,
        "R5",
        () => `a quiet client shows ${shown} for ${name} ${JSON.stringify(args)}, not ${expected}`,
      );
    }
  }

  /** The page is closed or loaded anew: nobody will ever hear what it waited for. */
  leave(): void {
    if (this.waiting.size > 0) {
      this.#world.sometimes.reach("a page was reloaded with requests under way");
    }
    this.machine.isOn = false;
    this.current?.closeFromPage();
  }

  get isConnected(): boolean {
    const { isWebSocketConnected, hasInflightRequests } = this.#client.connectionState();
    const isRead = this.current?.unsentBytes === 0 && !this.current.isHalfOpen;
    return isWebSocketConnected && !hasInflightRequests && isRead;
  }
}

/** Some query that a page might show. */
export function anyQuery(chance: Chance, messageIds: readonly string[]): [string, Args] {
  const names = Object.keys(queries).filter((name) => name !== "message" || messageIds.length > 0);
  const name = chance.pick(names);
  const room = chance.pick(["a", "b", "c"]);
  switch (name) {
    case "window": {
      const from = chance.int(0, 20);
      return [name, { room, from, to: from + chance.int(1, 10) }];
    }
    case "message":
      return [name, { id: chance.pick(messageIds) }];
    case "above":
      return [name, { least: chance.int(0, 4) }];
    case "balance":
      return [name, { name: chance.pick(["x", "y", "z"]) }];
    case "owner":
      return [name, { name: chance.pick(["n1", "n2", "n3"]) }];
    case "room":
    case "roomRows":
      return [name, { room }];
    default:
      return [name, {}];
  }
}

/** Something that a person might do. */
export function anyMutation(chance: Chance): [string, Args] {
  const room = chance.pick(["a", "b", "c"]);
  const roll = chance.int(0, 100);
  if (roll < 30) return ["send", { room, body: `text ${chance.int(0, 1000)}` }];
  if (roll < 40) return ["edit", { room, body: `edited ${chance.int(0, 1000)}` }];
  if (roll < 52) return ["removeOldest", { room }];
  if (roll < 64) {
    const accounts = ["x", "y", "z"];
    const from = chance.pick(accounts);
    const to = chance.pick(accounts.filter((name) => name !== from));
    return ["transfer", { from, to, amount: chance.int(1, 80) }];
  }
  if (roll < 70) return ["claim", { name: chance.pick(["n1", "n2", "n3"]) }];
  if (roll < 75) return ["unclaim", { name: chance.pick(["n1", "n2", "n3"]) }];
  if (roll < 80) return ["leaveDuty", { name: chance.pick(["d1", "d2", "d3"]) }];
  if (roll < 84) return ["takeDuty", { name: chance.pick(["d1", "d2", "d3"]) }];
  if (roll < 88) return ["onlyRead", { room }];
  if (roll < 90) return ["failAfterWriting", {}];
  if (roll < 94) return ["nested", { room }];
  if (roll < 98) return ["schedule", { delayMs: chance.int(0, 3_000) }];
  return ["scheduleAndFail", {}];
}
