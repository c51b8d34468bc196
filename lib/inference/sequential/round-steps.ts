import { silentHost, type Host, type PartOptions } from '../../core/host';

/** Runs a step of a round, whose work shows what it does in the place that `within` gives it. */
export type RunStep = <T>(label: string, step: (work: PartOptions) => Promise<T>) => Promise<T>;

/**
 * Steps, each of which has one part of the display of the whole, whether its work reports nothing, once or several
 * times: the first report is shown.
 * @param parts the display's parts, as `inParts` gives them.
 */
export function roundSteps(parts: Host['report'], options: PartOptions): RunStep {
  return async (label, step) => {
    let shown: ReturnType<Host['report']> | undefined;
    const within: Host['report'] = (of, total) => {
      if (shown) return silentHost.report(of, total);
      return (shown = parts(`${label}: ${of}`, total));
    };
    try {
      return await step({ ...options, within });
    } finally {
      (shown ?? parts(label, 1)).end();
    }
  };
}
