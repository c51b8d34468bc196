/**
 * Weights w_j of an exponential Adams step: the integral over s from 0 to h of rate e^{-rate (h - s)} L_j(s), where L_j
 * is the Lagrange polynomial that is 1 at node j and 0 at the others. Their sum is 1 - e^{-rate h}.
 *
 * @param nodes where the values are known, from the step's begin on; at most three.
 */
export function adamsWeights(nodes: readonly number[], h: number, rate: number): number[] {
  // moments of s about the end of the step: of 1, of (s - h), of (s - h)^2
  const decay = Math.exp(-rate * h);
  const zeroth = -Math.expm1(-rate * h);
  const first = h * decay - zeroth / rate;
  const second = -h * h * decay - (2 / rate) * first;
  return nodes.map((node, j) => {
    const others = nodes.filter((_, m) => m !== j).map((other) => other - h);
    const [a, b] = others;
    const scale = others.reduce((product, other) => product * (node - h - other), 1);
    if (others.length === 0) return zeroth;
    if (others.length === 1) return (first - a * zeroth) / scale;
    return (second - (a + b) * first + a * b * zeroth) / scale;
  });
}
