import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { brotliDecompressSync } from "node:zlib";

/** What the Convex CLI pushes, as far as tests look at it. */
export type Push = {
  appDefinition: {
    schema: { source: string } | null;
    changedModules: Array<{ path: string; source: string; environment: "isolate" | "node" }>;
  };
};

/** A server that answers the CLI's push as a Convex deployment does, and keeps what was pushed. */
export type PushStandIn = {
  url: string;
  adminKey: string;
  pushes: Push[];
  /** Every path that was asked for, those without an answer too. */
  paths: string[];
  close: () => Promise<void>;
};

/** An app without components, about which the CLI needs to know nothing more. */
const START_PUSH = {
  environmentVariables: {},
  externalDepsId: null,
  componentDefinitionPackages: {},
  appAuth: [],
  analysis: {
    "": {
      definition: {
        path: "",
        definitionType: { type: "app" },
        childComponents: [],
        httpMounts: {},
        exports: { type: "branch", branch: [] },
      },
      schema: null,
      functions: {},
      udfConfig: {
        serverVersion: "1.48.0",
        importPhaseRngSeed: null,
        importPhaseUnixTimestamp: null,
      },
    },
  },
  app: {
    definitionPath: "",
    componentPath: "",
    args: {},
    childComponents: {},
    httpRoutes: { httpModuleRoutes: null, mounts: [] },
    exports: {},
  },
  schemaChange: { allocatedComponentIds: {}, schemaIds: {} },
};

const ANSWERS: Record<string, unknown> = {
  "/api/get_config_hashes": {
    config: { functions: "convex/", authInfo: [] },
    moduleHashes: [],
    nodeVersion: null,
  },
  "/api/deploy2/evaluate_push": { schemaChange: START_PUSH.schemaChange },
  "/api/deploy2/start_push": START_PUSH,
  "/api/deploy2/wait_for_schema": { type: "complete" },
  "/api/deploy2/finish_push": {
    authDiff: { added: [], removed: [] },
    definitionDiffs: {},
    componentDiffs: {},
  },
  "/api/deploy2/report_push_completed": null,
};

export async function openPushStandIn(): Promise<PushStandIn> {
  const adminKey = "stand-in|key";
  const pushes: Push[] = [];
  const paths: string[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    paths.push(path);
    const body = await readBody(request);
    const isKnown = Object.hasOwn(ANSWERS, path);
    const isAdmin = request.headers.authorization === `Convex ${adminKey}`;
    if (path === "/api/deploy2/start_push") pushes.push(JSON.parse(body) as Push);
    response.writeHead(isKnown ? (isAdmin ? 200 : 401) : 404, {
      "content-type": "application/json",
    });
    response.end(JSON.stringify(isKnown ? ANSWERS[path] : { code: "NotFound", message: path }));
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    adminKey,
    pushes,
    paths,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const bytes = Buffer.concat(parts);
  const isPacked = request.headers["content-encoding"] === "br";
  return (isPacked ? brotliDecompressSync(bytes) : bytes).toString();
}
