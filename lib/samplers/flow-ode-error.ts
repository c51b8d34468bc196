/** A probability-flow equation whose adaptive solution some particles did not reach the end of. */
export class FlowOdeError extends Error {
  override readonly name = 'FlowOdeError';
  /** The number of particles that did not arrive. */
  readonly unconverged: number;

  constructor(id: string, { unconverged, stuck, rounds }: { unconverged: number; stuck: number; rounds: number }) {
    super(
      `${id}: ${unconverged} particles did not reach the end of the probability-flow equation` +
        (stuck > 0 ? `; for ${stuck} of them no step is small enough, or the score is not finite` : '') +
        (unconverged > stuck ? `; ${unconverged - stuck} were still under way after ${rounds} steps` : '') +
        '. A larger tolerance, more steps (maxSteps) or a score that was trained longer may help.',
    );
    this.unconverged = unconverged;
  }
}
