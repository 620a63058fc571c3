/** A promise of the engine that did not hold, with the few facts that show it. */
export class Violation extends Error {
  readonly rule: string;

  constructor(rule: string, message: string) {
    super(`${rule}: ${message}`);
    this.name = "Violation";
    this.rule = rule;
  }
}

export function hold(condition: boolean, rule: string, message: () => string): void {
  if (!condition) throw new Violation(rule, message());
}

/** Situations worth having been in: a campaign that never was in one of them proves less than it says. */
export const SITUATIONS = [
  "a mutation was acknowledged",
  "a mutation was refused by its function",
  "a mutation was refused by a full disk",
  "a mutation saw an empty range",
  "a mutation committed without writing",
  "a nested mutation was taken back",
  "a group committed several mutations",
  "a request was repeated after its commit",
  "a request was repeated before its commit",
  "a request was repeated by somebody else",
  "a request that had run before ran again",
  "a commit was never acknowledged",
  "a request was lost on its way",
  "a job ran",
  "a job ran after a restart",
  "a job was refused with its mutation",
  "a transition was sent",
  "a transition carried a failed query",
  "a transition carried a removed query",
  "a transition changed the identity",
  "a transition was empty",
  "a transition told of several commits",
  "a transition skipped an unchanged result",
  "a query was shared by several clients",
  "a reader was too slow",
  "a slow reader caught up",
  "a stalled reader was cut off",
  "a connection broke",
  "a connection fell silent upwards",
  "a connection fell silent downwards",
  "a client gave up a silent server",
  "a client connected again",
  "a session had two connections",
  "the server was unreachable",
  "the server was killed",
  "the server lost its power",
  "the server was restarted gracefully",
  "power failed within a write that happened",
  "power failed within a write that did not",
  "the disk failed within a write that happened",
  "the disk failed within a write that did not",
  "the disk was full",
  "the disk had room again",
  "the log had records at a restart",
  "the tables had everything at a restart",
  "the server's clock went back",
  "the server's clock went ahead",
  "a token expired",
  "a token was renewed",
  "a token was refused",
  "a person signed out",
  "a page was reloaded",
  "a page was reloaded with requests under way",
  "commits moved into the tables",
] as const;

export type Situation = (typeof SITUATIONS)[number];

/** Counts how often a run was in each situation. */
export class Sometimes {
  readonly counts = new Map<Situation, number>(SITUATIONS.map((name) => [name, 0]));

  reach(situation: Situation, times = 1): void {
    this.counts.set(situation, this.counts.get(situation)! + times);
  }

  add(other: Sometimes): void {
    for (const [situation, times] of other.counts) this.reach(situation, times);
  }

  never(): Situation[] {
    return SITUATIONS.filter((situation) => this.counts.get(situation) === 0);
  }
}
