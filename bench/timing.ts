// How long the doors take that must not tell who has an account, for known and unknown addresses.
import { median } from "./measure";
import { type Place, startProduct } from "./processes";

export interface TimingRow {
  door: string;
  samples: number;
  knownMs: number;
  unknownMs: number;
}

/** Nobody listens there: a mail is handed over in the background, and what becomes of it is not waited for. */
const NO_MAIL_SERVER = { SMTP_URL: "smtp://127.0.0.1:9", MAIL_FROM: "a@example.org" };
const KNOWN = "known@example.org";
const WARM_UP = 10;

/** Asks about a known and an unknown address by turns, so that a slow minute meets both. */
export async function runTiming(place: Place, samples: number): Promise<TimingRow[]> {
  const server = await startProduct(place, NO_MAIL_SERVER);
  const post = async (path: string, body: object): Promise<number> => {
    const start = performance.now();
    const response = await fetch(`${server.url}/api/auth/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", origin: server.url },
      body: JSON.stringify(body),
    });
    await response.arrayBuffer();
    if (response.status === 429) throw new Error(`${path} was asked too often to be measured.`);
    return performance.now() - start;
  };
  try {
    const password = "bench bench bench";
    await post("sign-up/email", { name: "Known", email: KNOWN, password });
    const doors: Array<[path: string, body: object]> = [
      ["sign-in/email", { password: "a wrong password" }],
      ["request-password-reset", {}],
    ];
    const rows: TimingRow[] = [];
    for (const [door, body] of doors) {
      const known: number[] = [];
      const unknown: number[] = [];
      for (let n = -WARM_UP; n < samples; n += 1) {
        const ofKnown = await post(door, { ...body, email: KNOWN });
        const ofUnknown = await post(door, { ...body, email: `unknown${n + WARM_UP}@example.org` });
        if (n < 0) continue;
        known.push(ofKnown);
        unknown.push(ofUnknown);
      }
      rows.push({ door, samples, knownMs: median(known), unknownMs: median(unknown) });
    }
    return rows;
  } finally {
    await server.stop();
  }
}

export function timingTable(rows: readonly TimingRow[]): string {
  return [
    "## What the time of an answer tells about an address",
    "",
    "| door | samples each | known, median ms | unknown, median ms | ratio |",
    "| --- | --- | --- | --- | --- |",
    ...rows.map(({ door, samples, knownMs, unknownMs }) => {
      const figures = [knownMs.toFixed(2), unknownMs.toFixed(2), (knownMs / unknownMs).toFixed(3)];
      return `| ${[door, samples, ...figures].join(" | ")} |`;
    }),
    "",
  ].join("\n");
}
