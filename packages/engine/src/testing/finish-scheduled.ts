import type { Scheduler } from "../scheduler/scheduler.ts";

/** Rounds without anything to run, after which what is pending is taken to lie out of reach. */
const IDLE_ROUNDS_MAX = 20;

/**
 * Runs scheduled functions, and what they schedule, until none is left that the timers can reach.
 *
 * @param nextTurn One turn of the real event loop, whatever the test has done to its timers.
 * Source: the behaviour of convex-test 0.0.60.
 */
export async function finishScheduled(
  scheduler: Scheduler,
  advanceTimers: () => void,
  nextTurn: () => Promise<void>,
  iterationsMax: number,
): Promise<void> {
  let idleRounds = 0;
  for (let iteration = 0; iteration < iterationsMax; iteration++) {
    // The alarm may have been set by other timers than those that are in place now.
    scheduler.setAlarm();
    advanceTimers();
    if (scheduler.runningJobs === 0) {
      if (!scheduler.hasPendingJobs || idleRounds >= IDLE_ROUNDS_MAX) return;
      idleRounds++;
      await nextTurn();
      continue;
    }
    idleRounds = 0;
    while (scheduler.runningJobs > 0) {
      await nextTurn();
      // An action under way may itself wait for a timer.
      if (scheduler.runningJobs > 0) advanceTimers();
    }
  }
  throw new Error(
    `Scheduled functions were still scheduling others after ${iterationsMax} rounds.`,
  );
}
