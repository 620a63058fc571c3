import { createSeededRandom } from "../../src/runtime/seeded-random.ts";

/** All chance of one run: everything that it draws follows from the seed. */
export class Chance {
  readonly #draw: () => number;

  /** @param stream Runs of one seed that must not disturb each other draw from streams of their own. */
  constructor(seed: number, stream = 0) {
    const bytes = new Uint8Array(16);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, seed >>> 0);
    view.setUint32(4, Math.floor(seed / 2 ** 32));
    view.setUint32(8, stream);
    view.setUint32(12, 1);
    this.#draw = createSeededRandom(bytes);
  }

  /** Uniform in [0, 1). */
  fraction(): number {
    return this.#draw();
  }

  /** A whole number, `least <= n < bound`. */
  int(least: number, bound: number): number {
    return least + Math.floor(this.#draw() * (bound - least));
  }

  /** True once in so many times. */
  oneIn(times: number): boolean {
    return this.#draw() * times < 1;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.int(0, from.length)]!;
  }

  bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.int(0, 256));
  }
}
