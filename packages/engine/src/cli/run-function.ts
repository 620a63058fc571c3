import { createEngine } from "../engine.ts";
import type { JSONObject } from "../values/json.ts";
import { CommandLineError } from "./command-line.ts";
import { callRemote, type Remote } from "./remote.ts";
import { environmentVariables, environmentWithLog } from "./surroundings.ts";

/**
 * Calls a function with every right and prints what it returns: in an engine that runs, or in one
 * that is started for it and runs nothing else meanwhile.
 */
export async function runFunction(call: {
  functionsDir: string;
  dataDir: string;
  path: string;
  args: JSONObject;
  remote: Remote | null;
}): Promise<void> {
  if (call.remote) {
    console.log(JSON.stringify(await callRemote(call.remote, call.path, call.args), null, 2));
    return;
  }
  const environment = environmentWithLog();
  const engine = await createEngine({
    dataDir: call.dataDir,
    functionsDir: call.functionsDir,
    environmentVariables: environmentVariables(),
    cloudUrl: process.env.CONVEX_CLOUD_URL || "http://127.0.0.1:3210",
    siteUrl: process.env.CONVEX_SITE_URL || "http://127.0.0.1:3211",
    adminKey: null,
    mountPath: "",
    revealsErrors: true,
    runsJobs: false,
    log: (level, message, facts) => {
      if (level === "warn") environment.log(level, message, facts);
    },
  });
  try {
    const value = await engine.runFunction({ kind: null, path: call.path, args: call.args });
    console.log(JSON.stringify(value, null, 2));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new CommandLineError(error.message.replace(/^\[Request ID: \w+\] Server Error\n/, ""), 1);
  } finally {
    await engine.close();
  }
}
