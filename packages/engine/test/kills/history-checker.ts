import type { FinalState, HistoryEvent, Invoked, Saw } from "./history.ts";

type Stored = FinalState["messages"][number];

/**
 * Holds what clients saw of a run with kills against what the store holds in the end.
 *
 * The letters are those of the reliability programme: I1 acknowledged is stored, once · I2 what was
 * never answered is stored once or not at all · I3 an author's messages in a room are in the order of
 * sending · I4 what was seen at a place is there in the end, and no view goes back · I5 counters are
 * what they count, in every view · I6 timestamps rise above all that anybody had seen · I8 scheduled
 * mutations ran once, actions at most once. I7, indexes and files against documents, is `doctor`'s.
 *
 * @param history Of all clients, in the order of happening.
 * @returns One sentence for each violation; none for a sound run.
 */
export function checkHistory(history: readonly HistoryEvent[], final: FinalState): string[] {
  const stored = groupBy(final.messages, ({ messageId }) => messageId);
  const firstInvokes = new Map<string, Invoked>();
  for (const event of history) {
    if (event.kind === "invoke" && !firstInvokes.has(event.messageId)) {
      firstInvokes.set(event.messageId, event);
    }
  }
  return [
    ...checkAnswers(history, firstInvokes, stored),
    ...checkStored(final, firstInvokes),
    ...checkViews(history, final),
    ...checkTimestamps(history, firstInvokes),
    ...checkJobs(final, firstInvokes),
  ];
}

/** I1, I2, and that refusals leave nothing. */
function checkAnswers(
  history: readonly HistoryEvent[],
  invokes: ReadonlyMap<string, Invoked>,
  stored: ReadonlyMap<string, Stored[]>,
): string[] {
  const violations: string[] = [];
  const answered = new Set<string>();
  for (const event of history) {
    if (event.kind === "readFailed") {
      violations.push(`I4 ${event.reader} was given an error: ${event.error}`);
    }
    if (event.kind === "ok") {
      answered.add(event.messageId);
      const found = stored.get(event.messageId) ?? [];
      if (found.length === 0) violations.push(`I1 ${event.messageId} was acknowledged and is lost`);
      if (found.length > 1) violations.push(`I1 ${event.messageId} is there ${found.length} times`);
      if (found.length === 1 && found[0]!.position !== event.position) {
        violations.push(`I1 ${event.messageId} was answered with a place that it does not have`);
      }
    }
    if (event.kind === "failed") {
      violations.push(`I1 ${event.messageId} was refused: ${event.error}`);
      if (stored.has(event.messageId)) {
        violations.push(`I1 ${event.messageId} was refused and is there`);
      }
    }
  }
  for (const messageId of invokes.keys()) {
    const count = stored.get(messageId)?.length ?? 0;
    if (!answered.has(messageId) && count > 1) {
      violations.push(`I2 ${messageId} was never answered and is there ${count} times`);
    }
  }
  for (const messageId of stored.keys()) {
    if (!invokes.has(messageId)) violations.push(`I2 nobody sent ${messageId}`);
  }
  return violations;
}

/** I3, I5 as far as the final state tells. */
function checkStored(final: FinalState, invokes: ReadonlyMap<string, Invoked>): string[] {
  const violations: string[] = [];
  const order = new Map([...invokes.keys()].map((messageId, place) => [messageId, place]));
  for (const { name, count } of final.rooms) {
    const messages = inRoom(final, name);
    if (messages.length !== count) {
      violations.push(`I5 room ${name} counts ${count} and has ${messages.length}`);
    }
    const gap = messages.findIndex(({ position }, place) => position !== place + 1);
    if (gap >= 0) violations.push(`I5 room ${name} has no place ${gap + 1}, or has it twice`);
    for (const [author, own] of groupBy(messages, (message) => message.author)) {
      const disorder = own.findIndex(({ messageId }, place) => {
        const before = own[place - 1];
        return before && order.get(before.messageId)! > order.get(messageId)!;
      });
      if (disorder > 0) {
        violations.push(`I3 in room ${name}, ${own[disorder]!.messageId} of ${author} is too late`);
      }
    }
  }
  const known = new Set(final.rooms.map(({ name }) => name));
  const homeless = final.messages.find(({ room }) => !known.has(room));
  if (homeless) violations.push(`I5 room ${homeless.room} has messages and no count`);
  return violations;
}

/** I4, I5 as readers saw them. */
function checkViews(history: readonly HistoryEvent[], final: FinalState): string[] {
  const violations: string[] = [];
  const places = new Map(final.messages.map((one) => [`${one.room} ${one.position}`, one]));
  const reached = new Map<string, number>();
  for (const event of history) {
    if (event.kind !== "saw") continue;
    const { reader, room, count, top } = event;
    if (count !== top) violations.push(`I5 ${reader} saw ${count} counted and ${top} in ${room}`);
    const before = reached.get(`${reader} ${room}`) ?? 0;
    if (count < before)
      violations.push(`I4 ${reader} saw ${room} go back from ${before} to ${count}`);
    reached.set(`${reader} ${room}`, count);
    violations.push(...unlike(event, places));
  }
  return violations;
}

function unlike({ reader, room, messages }: Saw, places: ReadonlyMap<string, Stored>): string[] {
  return messages
    .filter(({ position, messageId }) => places.get(`${room} ${position}`)?.messageId !== messageId)
    .map(({ position, messageId }) => `I4 ${reader} saw ${messageId} at ${room} ${position}`);
}

function checkTimestamps(
  history: readonly HistoryEvent[],
  invokes: ReadonlyMap<string, Invoked>,
): string[] {
  const violations: string[] = [];
  const owners = new Map<string, string>();
  for (const event of history) {
    if (event.kind !== "ok") continue;
    const { messageId, ts } = event;
    if (BigInt(ts) <= BigInt(invokes.get(messageId)?.seenTs ?? "0")) {
      violations.push(`I6 ${messageId} was committed at a timestamp seen before it was sent`);
    }
    const owner = owners.get(ts);
    if (owner !== undefined && owner !== messageId) {
      violations.push(`I6 ${messageId} and ${owner} have one timestamp`);
    }
    owners.set(ts, messageId);
  }
  return violations;
}

function checkJobs(final: FinalState, invokes: ReadonlyMap<string, Invoked>): string[] {
  const violations: string[] = [];
  const effects = groupBy(final.effects, ({ messageId }) => messageId);
  const jobs = groupBy(final.jobs, ({ messageId }) => messageId);
  for (const { messageId } of final.messages) {
    const asks = invokes.get(messageId)?.asks ?? "nothing";
    const count = (kind: string) =>
      (effects.get(messageId) ?? []).filter((effect) => effect.kind === kind).length;
    const states = (jobs.get(messageId) ?? []).map(({ state }) => state);
    if (states.length !== (asks === "nothing" ? 0 : 1)) {
      violations.push(`I8 ${messageId} asked for ${asks} and has ${states.length} jobs`);
    }
    if (count("mutation") !== (asks === "mutation" ? 1 : 0)) {
      violations.push(`I8 the job of ${messageId} ran ${count("mutation")} times`);
    }
    if (asks === "mutation" && states[0] !== "success") {
      violations.push(`I8 the job of ${messageId} is ${states[0]}`);
    }
    if (count("action began") > 1 || count("action ended") > count("action began")) {
      violations.push(`I8 the action of ${messageId} began ${count("action began")} times`);
    }
    if (states[0] === "success" && asks === "action" && count("action ended") !== 1) {
      violations.push(`I8 the action of ${messageId} succeeded without its effect`);
    }
    if (states.some((state) => state === "pending" || state === "inProgress")) {
      violations.push(`I8 the job of ${messageId} never ended`);
    }
  }
  const sent = new Set(final.messages.map(({ messageId }) => messageId));
  const stray = [...effects.keys(), ...jobs.keys()].find((messageId) => !sent.has(messageId));
  if (stray !== undefined) violations.push(`I8 ${stray} has a job or an effect and is not there`);
  return violations;
}

function inRoom(final: FinalState, name: string): Stored[] {
  return final.messages.filter(({ room }) => room === name).sort((a, b) => a.position - b.position);
}

function groupBy<T>(all: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const group = groups.get(keyOf(one));
    if (group) group.push(one);
    else groups.set(keyOf(one), [one]);
  }
  return groups;
}
