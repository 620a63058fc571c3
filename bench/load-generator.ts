// The second process: everybody who is connected, and the clock against which deliveries count.
import { connectMember, type LoadClient } from "./load-client";
import type { Burst, Dialect, LoadAnswer, LoadRequest, Measurement, Member } from "./load-protocol";
import { quantile } from "./measure";

const WARM_UP_SHARE = 0.2;
const DRAIN_MAX_MS = 3_000;
const SILENCE_MAX_MS = 10_000;
/** A step ends early once this many seconds of messages are under way: it will not catch up. */
const BACKLOG_MAX_SECONDS = 1.5;
const CONNECTING_AT_ONCE = 20;

let clients: LoadClient[] = [];
let roomSize = new Map<string, number>();
let members: Member[] = [];
/** Messages under way, by marker. */
const open = new Map<number, { dueMs: number; remaining: number; isWarmUp: boolean }>();
let nextMarker = 1;
let dialect: Dialect | null = null;
/** The newest message of each room. */
const newestOf = new Map<string, number>();
let latencies: number[] = [];
let deliveries = 0;
let refusals: string[] = [];
/** Called when a message has reached its last member. */
let onDelivered: (() => void) | null = null;
let lost: string | null = null;

function onMarker(marker: number): void {
  const message = open.get(marker);
  if (message === undefined) return;
  deliveries += 1;
  message.remaining -= 1;
  if (message.remaining > 0) return;
  open.delete(marker);
  onDelivered?.();
  if (!message.isWarmUp) latencies.push(performance.now() - message.dueMs);
}

async function connect(to: Dialect, everybody: Member[]): Promise<number> {
  const startMs = performance.now();
  dialect = to;
  members = everybody;
  lost = null;
  roomSize = new Map();
  for (const { room } of members) roomSize.set(room, (roomSize.get(room) ?? 0) + 1);
  const events = {
    onMarker,
    onRefusal: (text: string) => refusals.push(text),
    onLost: (reason: string) => {
      lost ??= reason;
    },
  };
  clients = [];
  for (let at = 0; at < members.length; at += CONNECTING_AT_ONCE) {
    const group = members.slice(at, at + CONNECTING_AT_ONCE);
    const results = await Promise.allSettled(group.map((one) => connectMember(to, one, events)));
    // Those that did connect are kept, so that a failure leaves nobody behind.
    for (const result of results) if (result.status === "fulfilled") clients.push(result.value);
    const failure = results.find((result) => result.status === "rejected");
    if (failure !== undefined) throw failure.reason;
  }
  return performance.now() - startMs;
}

/** Open loop: message n is due at a time that no answer can delay, and its latency counts from there. */
async function measure(rate: number, seconds: number): Promise<Measurement> {
  open.clear();
  latencies = [];
  refusals = [];
  deliveries = 0;
  const total = Math.max(1, Math.round(rate * seconds));
  const startMs = performance.now() + 20;
  let sent = 0;
  while (sent < total && lost === null && open.size <= rate * BACKLOG_MAX_SECONDS + 10) {
    const nowMs = performance.now();
    for (; sent < total; sent += 1) {
      const dueMs = startMs + (sent * 1000) / rate;
      if (dueMs > nowMs) break;
      sendOne(dueMs, sent < total * WARM_UP_SHARE);
    }
    const waitMs = startMs + (sent * 1000) / rate - performance.now();
    await new Promise((resolve) => (waitMs > 2 ? setTimeout(resolve, 1) : setImmediate(resolve)));
  }
  const drainUntilMs = performance.now() + DRAIN_MAX_MS;
  while (open.size > 0 && lost === null && performance.now() < drainUntilMs) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return {
    rate,
    sent,
    deliveries,
    missing: open.size + (total - sent),
    refused: refusals.length,
    firstRefusal: lost ?? refusals[0] ?? null,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
    maxMs: quantile(latencies, 1),
  };
}

/** Closed loop: a message is sent when another has arrived everywhere. False when nothing arrives any more. */
function loop(messages: number, underWay: number): Promise<boolean> {
  open.clear();
  let sent = 0;
  let delivered = 0;
  return new Promise((resolve) => {
    let arrivedMs = performance.now();
    const watchdog = setInterval(() => {
      if (performance.now() - arrivedMs > SILENCE_MAX_MS || lost !== null) settle(false);
    }, 1_000);
    const settle = (isComplete: boolean) => {
      clearInterval(watchdog);
      onDelivered = null;
      resolve(isComplete);
    };
    const sendNext = () => {
      sent += 1;
      sendOne(performance.now(), true);
    };
    onDelivered = () => {
      delivered += 1;
      arrivedMs = performance.now();
      if (delivered === messages) settle(true);
      else if (sent < messages) sendNext();
    };
    while (sent < Math.min(underWay, messages)) sendNext();
  });
}

/** All connections end at once, and everybody is back as soon as they can. */
async function burst(): Promise<Burst> {
  if (dialect === null) throw new Error("nobody is connected");
  const to = dialect;
  for (const client of clients) client.close();
  clients = [];
  const startMs = performance.now();
  const times: number[] = [];
  let inconsistent = 0;
  const comeBack = async (member: Member) => {
    let newest = 0;
    const client = await connectMember(to, member, {
      onMarker: (marker) => {
        newest = Math.max(newest, marker);
      },
      onRefusal: () => {},
      onLost: () => {},
    });
    times.push(performance.now() - startMs);
    clients.push(client);
    if (newest !== (newestOf.get(member.room) ?? 0)) inconsistent += 1;
  };
  const results = await Promise.allSettled(members.map(comeBack));
  inconsistent += results.filter(({ status }) => status === "rejected").length;
  return {
    clients: members.length,
    p50Ms: quantile(times, 0.5),
    p99Ms: quantile(times, 0.99),
    inconsistent,
  };
}

function sendOne(dueMs: number, isWarmUp: boolean): void {
  const marker = nextMarker;
  nextMarker += 1;
  // A stride without a common factor spreads senders over rooms and over members of a room.
  const sender = (marker * 7919) % clients.length;
  const room = members[sender]?.room ?? "";
  open.set(marker, { dueMs, remaining: roomSize.get(room) ?? 0, isWarmUp });
  newestOf.set(room, marker);
  clients[sender]?.send(marker);
}

async function answer(request: LoadRequest): Promise<LoadAnswer> {
  switch (request.type) {
    case "connect":
      return { type: "connected", elapsedMs: await connect(request.dialect, request.members) };
    case "measure":
      return { type: "measured", measurement: await measure(request.rate, request.seconds) };
    case "loop":
      return { type: "looped", isComplete: await loop(request.messages, request.underWay) };
    case "burst":
      return { type: "returned", burst: await burst() };
    case "disconnect":
      for (const client of clients) client.close();
      clients = [];
      return { type: "disconnected" };
    default:
      return request satisfies never;
  }
}

process.on("message", (request: LoadRequest) => {
  answer(request).then(
    (done) => process.send?.(done),
    (error: Error) => process.send?.({ type: "failed", reason: error.message }),
  );
});
// Nobody is left to measure for.
process.on("disconnect", () => process.exit(0));
