import type { VegaLiteSpec } from '../../lib/records/figure-spec';
import type { ResultRow } from '../../lib/records/result-row';
import { rng } from '../../lib/core/rng';

/** One result row with what a test wants to differ. */
export function resultRow(part: Partial<ResultRow> = {}): ResultRow {
  return {
    task: 'gaussian10d',
    method: 'Algorithm 2',
    setting: 'paper',
    budget: 1000,
    n: 1,
    seed: 1,
    metric: 'squared MMD',
    value: 0.1,
    standardError: null,
    seconds: 1,
    simulatorCalls: 1000,
    ...part,
  };
}

/** A full sweep: methods x settings x budgets x n x seeds. */
export function sweep(
  part: { methods?: string[]; settings?: string[]; budgets?: number[]; ns?: number[]; seeds?: number } = {},
): ResultRow[] {
  const {
    methods = ['Algorithm 1', 'Algorithm 2'],
    settings = ['paper'],
    budgets = [1000],
    ns = [1, 2, 4],
    seeds = 3,
  } = part;
  const noise = rng(5);
  return methods.flatMap((method) =>
    settings.flatMap((setting) =>
      budgets.flatMap((budget) =>
        ns.flatMap((n) =>
          Array.from({ length: seeds }, (_, seed) =>
            resultRow({
              method,
              setting,
              budget,
              n,
              seed,
              value: (0.1 * n) / Math.sqrt(budget) + 0.01 * noise.uniform(),
            }),
          ),
        ),
      ),
    ),
  );
}

/** N standard normal rows of D numbers. */
export function normalRows(N: number, D: number, seed = 1): number[][] {
  const noise = rng(seed);
  return Array.from({ length: N }, () => Array.from({ length: D }, () => noise.normal()));
}

/** All texts of an SVG, in drawing order. */
export function textsOf(svg: string): string[] {
  return [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text.replace(/\u00a0/g, ' '));
}

/** What Vega-Lite has to say about a specification. */
export async function warningsOf(spec: VegaLiteSpec): Promise<string[]> {
  const { compile } = await import('vega-lite');
  const warnings: string[] = [];
  const note = (...parts: unknown[]) => (warnings.push(parts.join(' ')), logger);
  const logger = { level: () => logger, error: note, warn: note, info: () => logger, debug: () => logger };
  compile(spec, { logger: logger as never });
  return warnings;
}
