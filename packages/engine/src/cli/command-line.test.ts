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

  test.each([["--help"], ["-h"], ["help"], ["start", "--help"], ["codegen", "-h"]])(
    "[CL1] %s %s asks for help",
    (...argv) => {
      expect(parseCommandLine(argv.filter(Boolean))).toEqual({ command: "help" });
    },
  );

  test.each<[string[], number, string]>([
    [[], 2, "A command is missing"],
    [["run"], 2, "no command run"],
    [["export", "a.zip"], 1, "The command export is not there yet."],
    [["doctor"], 1, "The command doctor is not there yet."],
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
