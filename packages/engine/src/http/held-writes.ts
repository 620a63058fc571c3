import type { Duplex } from "node:stream";
import type { Environment } from "../base/environment.ts";

/**
 * Keeps the frames of one socket back while more of them are on their way, so that one system call
 * writes them all: the answers to a group of mutations and the transition that follows them.
 *
 * Nothing is held for longer than a turn of the loop, whether or not what was promised comes.
 */
export class HeldWrites {
  readonly #socket: Duplex;
  readonly #environment: Environment;
  #isHeld = false;
  #isScheduled = false;

  constructor(socket: Duplex, environment: Environment) {
    this.#socket = socket;
    this.#environment = environment;
  }

  hold(): void {
    if (this.#isHeld) return;
    this.#isHeld = true;
    this.#socket.cork();
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#environment.defer(() => {
      this.#isScheduled = false;
      this.release();
    });
  }

  release(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.#socket.uncork();
  }
}
