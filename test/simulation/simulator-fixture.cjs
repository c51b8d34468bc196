'use strict';
const offset = 3;
exports.simulate = ([a, b], rng) => [a + offset + rng.normal(), b];
exports.notAFunction = 1;
