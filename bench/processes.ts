// The servers under test and the load generator, each a process of its own, and how they end.
import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";
import type { Burst, Dialect, LoadAnswer, LoadRequest, Measurement, Member } from "./load-protocol";

const READY_MAX_MS = 300_000;
const ANSWER_MAX_MS = 120_000;
const SERVER_CORE = "0";
const LOAD_CORE = "1";

export interface Place {
  rootDir: string;
  /** Where the bundled benches are. */
  outDir: string;
  /** A folder for the data of this run, on the disk that is measured. */
  workDir: string;
  isPinned: boolean;
  profileDir: string | null;
}

export interface Server {
  pid: number;
  url: string;
  stop(): Promise<void>;
}

const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

export async function startCeiling(place: Place): Promise<Server> {
  const port = await freePort();
  const file = join(place.workDir, "ceiling.sqlite");
  const args = [join(place.outDir, "ceiling-server.mjs"), file, String(port)];
  return startServer(place, args, {}, `http://127.0.0.1:${port}`, "/");
}

/** The engine alone, as `npx parley-engine start` runs it, with the smallest chat there is. */
export async function startEngine(place: Place): Promise<Server> {
  const [port, sitePort] = [await freePort(), await freePort()];
  const args = [
    join(place.rootDir, "packages/engine/bin/parley-engine.mjs"),
    ...["start", "--functions", join(place.rootDir, "bench/functions")],
    ...["--data", join(place.workDir, "engine"), "--port", String(port)],
    ...["--site-port", String(sitePort), "--admin-key", "bench|0123456789abcdef"],
  ];
  return startServer(place, args, {}, `http://127.0.0.1:${port}`, "/version");
}

/** Parley as `npm start` runs it. */
export async function startProduct(
  place: Place,
  more: Record<string, string> = {},
): Promise<Server> {
  const port = await freePort();
  const environment = {
    PORT: String(port),
    PARLEY_DATA: join(place.workDir, "product"),
    PARLEY_RATE_LIMITS: "1000000",
    ...more,
  };
  const url = `http://127.0.0.1:${port}`;
  return startServer(
    place,
    [join(place.rootDir, "scripts/start.mjs")],
    environment,
    url,
    "/api/health",
  );
}

async function startServer(
  place: Place,
  args: string[],
  environment: Record<string, string>,
  url: string,
  readyPath: string,
): Promise<Server> {
  const { profileDir } = place;
  const profiling = profileDir === null ? [] : ["--cpu-prof", `--cpu-prof-dir=${profileDir}`];
  const child = spawnPinned(place, SERVER_CORE, [...profiling, ...args], {
    cwd: place.rootDir,
    env: {
      ...process.env,
      NODE_ENV: "production",
      NEXT_TELEMETRY_DISABLED: "1",
      // What is measured is the process that serves.
      PARLEY_SUPERVISOR: "none",
      ...environment,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString("utf8")).slice(-20_000);
  };
  child.stdout?.on("data", keep);
  child.stderr?.on("data", keep);
  let hasEnded = false;
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => {
      hasEnded = true;
      running.delete(child);
      resolve();
    });
  });
  const deadlineMs = performance.now() + READY_MAX_MS;
  while (!(await answers(url + readyPath))) {
    if (hasEnded || performance.now() > deadlineMs) {
      child.kill("SIGKILL");
      throw new Error(`A server did not start:\n${output}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    pid: child.pid ?? 0,
    url,
    async stop() {
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), 10_000);
      await ended;
      clearTimeout(timer);
    },
  };
}

function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    (response) => response.ok,
    () => false,
  );
}

export interface LoadGenerator {
  connect(dialect: Dialect, members: Member[]): Promise<number>;
  measure(rate: number, seconds: number): Promise<Measurement>;
  /** Whether every message has reached everybody. */
  loop(messages: number, underWay: number): Promise<boolean>;
  burst(): Promise<Burst>;
  disconnect(): Promise<void>;
  stop(): void;
}

export function startLoadGenerator(place: Place): LoadGenerator {
  const child = spawnPinned(place, LOAD_CORE, [join(place.outDir, "load-generator.mjs")], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    // JSON would turn "no figure" (NaN) into null.
    serialization: "advanced",
  });
  child.once("exit", () => running.delete(child));

  const ask = (request: LoadRequest) =>
    new Promise<LoadAnswer>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error("The load generator is silent.")),
        ANSWER_MAX_MS,
      );
      const settle = (act: () => void) => {
        clearTimeout(timer);
        child.removeAllListeners("message");
        child.removeListener("exit", onExit);
        act();
      };
      const onExit = () => settle(() => reject(new Error("The load generator has ended.")));
      child.once("exit", onExit);
      child.once("message", (answer: LoadAnswer) =>
        settle(() =>
          answer.type === "failed" ? reject(new Error(answer.reason)) : resolve(answer),
        ),
      );
      child.send(request);
    });

  return {
    async connect(dialect, members) {
      const answer = await ask({ type: "connect", dialect, members });
      return answer.type === "connected" ? answer.elapsedMs : Number.NaN;
    },
    async measure(rate, seconds) {
      const answer = await ask({ type: "measure", rate, seconds });
      if (answer.type !== "measured") throw new Error(`Unexpected answer ${answer.type}.`);
      return answer.measurement;
    },
    async loop(messages, underWay) {
      const answer = await ask({ type: "loop", messages, underWay });
      if (answer.type !== "looped") throw new Error(`Unexpected answer ${answer.type}.`);
      return answer.isComplete;
    },
    async burst() {
      const answer = await ask({ type: "burst" });
      if (answer.type !== "returned") throw new Error(`Unexpected answer ${answer.type}.`);
      return answer.burst;
    },
    async disconnect() {
      await ask({ type: "disconnect" });
    },
    stop() {
      child.kill("SIGKILL");
    },
  };
}

function spawnPinned(
  place: Place,
  core: string,
  args: string[],
  options: Parameters<typeof spawn>[2],
): ChildProcess {
  // taskset turns into the program it starts, so the process id stays that of the server.
  const child = place.isPinned
    ? spawn("taskset", ["-c", core, process.execPath, ...args], options)
    : spawn(process.execPath, args, options);
  child.on("error", (error) => {
    throw new Error("A process could not be started; without taskset use --no-pin.", {
      cause: error,
    });
  });
  running.add(child);
  return child;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
