/** They are about the process of everybody. */
const REFUSED = [
  "exit",
  "reallyExit",
  "abort",
  "kill",
  "chdir",
  "setuid",
  "setgid",
  "seteuid",
  "setegid",
  "setgroups",
  "initgroups",
] as const;

/** They are between the engine and its supervisor. */
const HIDDEN = ["send", "disconnect", "channel", "connected"] as const;

/**
 * The `process` of `"use node"` modules: Node's own, with other variables. It cannot end the
 * process, nor change what holds for all of it, by mistake; it is no defence against malice.
 */
export function nodeProcessWith(env: Record<string, string | undefined>): NodeJS.Process {
  const own: PropertyDescriptorMap = { env: { value: env, writable: true, enumerable: true } };
  for (const name of HIDDEN) own[name] = { value: undefined };
  for (const name of REFUSED) {
    own[name] = {
      value: () => {
        throw new Error(`process.${name}() is refused: this process serves others too.`);
      },
    };
  }
  return Object.create(process, own) as NodeJS.Process;
}
