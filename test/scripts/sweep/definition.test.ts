import { describe, expect, it } from 'vitest';
import { continuous, densities, discrete, npse, studies, ve, vpLinear } from 'scorebook';
import { definitionText } from '../../../scripts/sweep/definition-text.mjs';

describe('the text of a definition', () => {
  it('differs where values do, and not by the order of keys', () => {
    expect(definitionText({ a: 1, b: [2, 'x'] })).toBe(definitionText({ b: [2, 'x'], a: 1 }));
    const values = [
      1,
      '1',
      -0,
      0,
      null,
      true,
      [1],
      { 0: 1 },
      'true',
      [[1]],
      Float32Array.of(1, 2),
      NaN,
      () => 1,
      () => 2,
    ];
    const texts = values.map((value) => definitionText(value));
    expect(new Set(texts).size).toBe(texts.length);
  });

  it('leaves out what is not there, and refuses what contains itself', () => {
    expect(definitionText({ a: undefined })).toBe('{}');
    const loop: { inner?: object } = {};
    loop.inner = { loop };
    expect(() => definitionText(loop)).toThrow('A definition that contains itself cannot be told from another.');
    // the same value twice is no loop
    const twice = { x: 1 };
    expect(definitionText([twice, twice])).toBe('[{"x":1},{"x":1}]');
  });

  it('sees a number inside settings of the library', () => {
    const text = (...parts: Parameters<typeof continuous>) => definitionText({ levels: continuous(...parts) });
    expect(text(vpLinear())).toBe(text(vpLinear()));
    expect(text(vpLinear())).not.toBe(text(ve()));
    expect(text(vpLinear())).not.toBe(text(vpLinear(), { count: 399 }));
    expect(definitionText(discrete({ count: 10 }))).not.toBe(definitionText(discrete({ count: 11 })));
    const flow = (layers: number) => definitionText(densities.maskedAutoregressive({ transforms: layers }));
    expect(flow(3)).not.toBe(flow(4));
    const rate = (learningRate: number) =>
      definitionText({ ...npse.paperSettings, fit: { ...npse.paperSettings.fit, learningRate } });
    expect(rate(1e-3)).not.toBe(rate(2e-3));
  });
});

describe('the studies', () => {
  const all = [studies.paper001, studies.benchmark, studies.classical, studies.scoresInRounds];

  it('define all their settings as values, each with a definition of its own', () => {
    for (const study of all) {
      const [{ experiment }] = study.experiments({ settings: [...study.settings] as never[] });
      const texts = experiment.settings.map(({ id, definition }) => {
        expect(definition, id).toBeDefined();
        return definitionText({ methods: experiment.settings.find((each) => each.id === id)?.methods, definition });
      });
      expect(new Set(texts).size).toBe(texts.length);
    }
  });
});
