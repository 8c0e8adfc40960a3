import { ChelatedError } from '../errors.ts';

/** Counts what is in flight, and refuses what would be too much. */
export class Admission {
  readonly #most: number;
  readonly #what: string;
  inFlight = 0;

  constructor(most: number, what: string) {
    this.#most = most;
    this.#what = what;
  }

  /** Takes one in; what it returns lets it out again, once. @throws {ChelatedError} overloaded */
  enter(): () => void {
    if (this.inFlight >= this.#most) {
      throw new ChelatedError('overloaded', `${this.#most} ${this.#what} are in flight already; come again shortly`);
    }
    this.inFlight++;
    let inside = true;
    return () => {
      if (inside) this.inFlight--;
      inside = false;
    };
  }
}
