import { describe, expect, test } from "vitest";
import { CommandLineError, parseCommandLine } from "./command-line.ts";

describe("parseCommandLine", () => {
  test("[CL1] reads every option of start", () => {
    const line =
      "start --functions f --data d --host ::1 --port 1 --site-port=2 --admin-key k --reveal-errors";
    expect(parseCommandLine(line.split(" "))).toEqual({
      command: "start",
      options: {
        functionsDir: "f",
        dataDir: "d",
        host: "::1",
        port: 1,
        sitePort: 2,
        adminKey: "k",
        revealsErrors: true,
      },
    });
  });

  test("[DV5] reads the options of dev, which reveals errors", () => {
    expect(parseCommandLine(["dev", "--watch", "a", "--watch", "b"])).toMatchObject({
      command: "dev",
      options: { functionsDir: "convex", revealsErrors: true },
      alsoWatched: ["a", "b"],
    });
  });

  test("[CL1] has defaults that harm nobody", () => {
    expect(parseCommandLine(["start"])).toEqual({
      command: "start",
      options: {
        functionsDir: "convex",
        dataDir: "./data",
        host: "127.0.0.1",
        port: 3210,
        sitePort: 3211,
        adminKey: null,
        revealsErrors: false,
      },
    });
    expect(parseCommandLine(["codegen"])).toEqual({ command: "codegen", functionsDir: "convex" });
  });

  test.each<[string, object]>([
    ["run a:b", { command: "run", functionsDir: "convex", path: "a:b", args: {}, remote: null }],
    [
      'run a:b {"x":[1]}',
      { command: "run", functionsDir: "convex", path: "a:b", args: { x: [1] }, remote: null },
    ],
    [
      "run a:b --url http://h:1 --admin-key k",
      {
        command: "run",
        functionsDir: "convex",
        path: "a:b",
        args: {},
        remote: { url: "http://h:1", adminKey: "k" },
      },
    ],
    ["logs --follow", { command: "logs", runsMax: 100, follows: true }],
    ["data", { command: "data", table: null, rowsMax: 100 }],
    ["data notes --limit 7", { command: "data", table: "notes", rowsMax: 7 }],
    ["env list", { command: "env", change: { kind: "list" }, remote: null }],
    ["env get A", { command: "env", change: { kind: "get", name: "A" }, remote: null }],
    [
      "env set A b",
      { command: "env", change: { kind: "set", name: "A", value: "b" }, remote: null },
    ],
    ["env remove A", { command: "env", change: { kind: "remove", name: "A" }, remote: null }],
    ["backup to", { command: "backup", to: "to" }],
    ["restore from", { command: "restore", from: "from" }],
    ["doctor", { command: "doctor" }],
    ["export a.zip", { command: "export", file: "a.zip" }],
    ["import a.zip", { command: "import", file: "a.zip" }],
  ])("[CL5] reads %s", (line, command) => {
    expect(parseCommandLine(line.split(" "))).toEqual({ ...command, dataDir: "./data" });
    expect(parseCommandLine([...line.split(" "), "--data", "d"])).toEqual({
      ...command,
      dataDir: "d",
    });
  });

  test.each([["--help"], ["-h"], ["help"], ["start", "--help"], ["codegen", "-h"]])(
    "[CL1] %s %s asks for help",
    (...argv) => {
      expect(parseCommandLine(argv.filter(Boolean))).toEqual({ command: "help" });
    },
  );

  test.each<[string[], number, string]>([
    [[], 2, "A command is missing"],
    [["deploy"], 2, "no command deploy"],
    [["export"], 2, "export needs a file"],
    [["run"], 2, "run needs a function"],
    [["run", "a:b", "[]"], 2, "must be a JSON object"],
    [["run", "a:b", "{"], 2, "must be a JSON object"],
    [["run", "a:b", "{}", "c"], 2, 'run cannot use "c"'],
    [["data", "a", "b"], 2, 'data cannot use "b"'],
    [["data", "--limit", "0"], 2, "from 1 to 1000000"],
    [["run", "a:b", "--url", "h:1"], 2, "begins with http"],
    [["dev", "--watch", ""], 2, "--watch needs a folder"],
    [["logs", "--limit", "0"], 2, "--limit needs a number"],
    [["env"], 2, "needs list, get, set or remove"],
    [["env", "set", "A"], 2, "env set needs a name and a value"],
    [["env", "get", "A=B"], 2, 'unlike "A=B"'],
    [["backup"], 2, "backup needs a folder"],
    [["restore", ""], 2, "restore needs a folder"],
    [["doctor", "now"], 2, 'doctor cannot use "now"'],
    [["start", "--prot", "1"], 2, "Unknown option '--prot'"],
    [["start", "extra"], 2, "Unexpected argument 'extra'"],
    [["start", "--port"], 2, "--port"],
    [["start", "--port", "65536"], 2, 'from 0 to 65535, not "65536"'],
    [["start", "--port", "80a"], 2, 'from 0 to 65535, not "80a"'],
    [["start", "--site-port", "-1"], 2, "--site-port"],
    [["start", "--data", ""], 2, "--data needs a folder"],
    [["start", "--admin-key="], 2, "--admin-key needs a value"],
    [["codegen", "--port", "1"], 2, "Unknown option '--port'"],
  ])("[CL2] %j ends with %i and one sentence", (argv, exitCode, message) => {
    const parse = () => parseCommandLine(argv);
    expect(parse).toThrow(CommandLineError);
    expect(parse).toThrow(expect.objectContaining({ exitCode }));
    expect(parse).toThrow(message);
    expect(parse).toThrow(/^[^\n]*\.$/);
  });
});
