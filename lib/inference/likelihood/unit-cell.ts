/**
 * Points spread evenly over the cube [-1/2, 1/2)^D, of which the first is its centre: point k has the coordinates
 * k a_d mod 1, with a_d = g^-d and g the positive root of g^(D + 1) = g + 1.
 * @returns `count` points of `dim` numbers.
 * Source: the additive recurrence of Kronecker and Weyl, with the generalised golden ratio of Roberts (2018).
 */
export function cellPoints(count: number, dim: number): number[][] {
  let root = 2;
  for (let k = 0; k < 64; k++) root = (1 + root) ** (1 / (dim + 1));
  return Array.from({ length: count }, (_, k) =>
    Array.from({ length: dim }, (__, d) => {
      const place = 0.5 + k * root ** -(d + 1);
      return place - Math.floor(place) - 0.5;
    }),
  );
}
