// Conversations with a past, long or well told, for benches and pictures: written by functions of their
// own beside those of the product, on the engine that the product's server has let go of.
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { ConvexHttpClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";

export interface PastMessage {
  senderId: string;
  content: string;
  sentAt: number;
  isEdited?: boolean;
  isDeleted?: boolean;
  reactions?: { emoji: string; userId: string }[];
  answers?: number;
}

export interface PastConversation {
  conversationId: string;
  /** Oldest first. */
  messages: PastMessage[];
  /** How many messages each member has not read yet. */
  unread: Record<string, number>;
}

const MESSAGES_A_CALL = 500;
const READY_MAX_MS = 60_000;

/** @param engineDir The engine's data folder, which no server has open. */
export async function writeHistory(
  rootDir: string,
  engineDir: string,
  conversations: readonly PastConversation[],
): Promise<void> {
  mkdirSync(join(rootDir, ".parley"), { recursive: true });
  const workDir = mkdtempSync(join(rootDir, ".parley/history-"));
  try {
    const functionsDir = copyFunctions(rootDir, workDir);
    const engine = await startEngine(rootDir, functionsDir, engineDir);
    try {
      for (const conversation of conversations) await write(engine.client, conversation);
    } finally {
      await engine.stop();
    }
  } finally {
    rmSync(workDir, { recursive: true, force: true });
  }
}

async function write(
  client: ConvexHttpClient,
  { conversationId, messages, unread }: PastConversation,
): Promise<void> {
  const append = makeFunctionReference<"mutation">("history:append");
  for (let at = 0; at < messages.length; at += MESSAGES_A_CALL) {
    const part = messages.slice(at, at + MESSAGES_A_CALL);
    await client.mutation(append, { conversationId, messages: part });
  }
  const read = makeFunctionReference<"mutation">("history:read");
  for (const [userId, count] of Object.entries(unread)) {
    await client.mutation(read, { conversationId, userId, unread: count });
  }
}

/** The product's functions with ours among them, so that the schema is theirs. */
function copyFunctions(rootDir: string, workDir: string): string {
  const functionsDir = join(workDir, "convex");
  for (const folder of ["convex", "shared"]) {
    cpSync(join(rootDir, folder), join(workDir, folder), {
      recursive: true,
      filter: (path) => !path.endsWith(".test.ts"),
    });
  }
  const source = readFileSync(join(rootDir, "scripts/history/functions.ts"), "utf8")
    .replaceAll('"../../convex/', '"./')
    .replaceAll('"../../shared/', '"../shared/');
  writeFileSync(join(functionsDir, "history.ts"), source);
  return functionsDir;
}

async function startEngine(rootDir: string, functionsDir: string, dataDir: string) {
  const [port, sitePort] = [await freePort(), await freePort()];
  const child = spawn(
    process.execPath,
    [
      join(rootDir, "packages/engine/bin/parley-engine.mjs"),
      ...["start", "--functions", functionsDir, "--data", dataDir],
      ...["--port", String(port), "--site-port", String(sitePort)],
    ],
    { cwd: rootDir, stdio: ["ignore", "pipe", "pipe"], env: process.env },
  );
  let output = "";
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  await new Promise<void>((resolve, reject) => {
    const fail = () => reject(new Error(`The engine did not start:\n${output}`));
    const timer = setTimeout(fail, READY_MAX_MS);
    const collect = (chunk: Buffer) => {
      output = (output + chunk.toString("utf8")).slice(-20_000);
      if (!output.includes("The engine is ready")) return;
      clearTimeout(timer);
      resolve();
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    child.once("exit", fail);
  }).catch((error: unknown) => {
    child.kill("SIGKILL");
    throw error;
  });
  return {
    client: new ConvexHttpClient(`http://127.0.0.1:${port}`),
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
  };
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
