/** Longest time that a graph call should keep the event loop waiting. */
const callMilliseconds = 120;

/** How many steps a graph call takes, so that it lasts about as long as the event loop may wait. */
export class Pace {
  steps = 4;

  adapt(count: number, done: number, milliseconds: number): void {
    // the first calls compile
    if (this.steps > 4 || done > 4) this.steps = Math.max(1, Math.round((callMilliseconds / milliseconds) * count));
    else this.steps = 8;
  }
}
