import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cache, notebooks, root } from '../../scripts/setup/paths.mjs';
import { describeIfThere } from '../if-there';
import { findChromium, launchChromium } from './chromium';
import { startLab, type LabServer } from './lab-server';
import { NotebookPage } from './notebook-page';

const chromium = findChromium();
const need = {
  isThere: chromium !== undefined,
  missing: 'There is no Chromium on this machine: install the package "chromium".',
};

const folder = join(cache, 'browser');
const screenshots = join(folder, 'screenshots');
const quickstart = '00-quickstart.ipynb';
const published = join(root, 'results', '00-quickstart');
/** The bytes of each file of a folder. */
const bytesOf = (path: string): Map<string, string> =>
  new Map(
    readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((file) => [relative(path, file), readFileSync(file, 'latin1')]),
  );

describeIfThere('JupyterLab in a browser', need, () => {
  let lab: LabServer;
  let browser: Browser;

  beforeAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(screenshots, { recursive: true });
    // a project of its own, with what is published
    writeFileSync(join(folder, 'package.json'), '{ "workspaces": [] }');
    cpSync(published, join(folder, 'results', '00-quickstart'), { recursive: true });
    cpSync(join(notebooks, quickstart), join(folder, quickstart));
    [lab, browser] = await Promise.all([startLab(folder), launchChromium(chromium as string)]);
    console.log(`Screenshots: ${screenshots}`);
  });

  afterAll(async () => {
    await browser?.close();
    await lab?.stop();
  });

  it('runs the quickstart, shows its charts and leaves the published results alone', async () => {
    const notebook = await NotebookPage.open(browser, lab.page(quickstart));
    await notebook.runAll();
    await notebook.allDone(560_000);
    expect(bytesOf(join(folder, 'results', '00-quickstart'))).toEqual(bytesOf(published));
    expect(bytesOf(join(folder, 'results', 'mine', '00-quickstart')).keys()).toContain('summary.json');
    const charts = notebook.page.locator('.jp-OutputArea-output .vega-embed :is(canvas, svg.marks)');
    await charts.first().evaluate((chart) => chart.scrollIntoView({ block: 'center' }));
    // JupyterLab draws the cells that come into view a moment later
    await notebook.page.waitForTimeout(1500);
    await notebook.page.screenshot({ path: join(screenshots, 'quickstart.png') });
    expect(await notebook.errors()).toEqual([]);
    const box = await charts.first().boundingBox();
    expect(box?.width).toBeGreaterThan(100);
    expect(box?.height).toBeGreaterThan(100);
    await notebook.page.close();
  }, 600_000);

  it('stops training within two seconds of an interrupt and leaves the best estimator to the next cell', async () => {
    await lab.write('interrupt.ipynb', [
      `import { npse, simulate, tasks } from 'scorebook';
const task = tasks.gaussian10d();
const sims = await simulate(task, 2_000, { seed: 1 });
const long = { prior: task.prior, seed: 2, fit: { maxEpochs: 20_000, patience: 20_000 } };`,
      'const estimator = await npse.train(sims, long);',
      `import { lastPartial } from 'scorebook'; const estimator = lastPartial(npse.train);
const drawn = await estimator.given([new Array(10).fill(0)]).sample(5, { seed: 1, progress: false });
console.log('drew ' + drawn.shape + ' after ' + estimator.fit.ended);`,
      'estimator',
    ]);
    const notebook = await NotebookPage.open(browser, lab.page('interrupt.ipynb'));
    await notebook.run(0);
    await notebook.allDone(60_000);
    await notebook.run(1);
    await notebook.outputs(1).locator('svg, progress').first().waitFor({ timeout: 60_000 }); // the live loss curve
    await notebook.page.waitForTimeout(2_000);
    await notebook.page.screenshot({ path: join(screenshots, 'training.png') });
    const begin = Date.now();
    await notebook.interrupt();
    await notebook.allDone(10_000);
    expect(Date.now() - begin).toBeLessThan(2_000);
    const said = (await notebook.errors()).join('');
    expect(said).toContain('InterruptedError: Training was interrupted at epoch');
    expect(said).toContain('Kept: NPSE estimator: 10 parameters, 10 data values.');
    expect(said).toContain("import { lastPartial } from 'scorebook'; const estimator = lastPartial(npse.train);");
    expect(said).not.toMatch(/^ +at /m); // a stack
    await notebook.page.waitForTimeout(500); // for 0.2 s after a stopped cell, tslab drops what is sent to it
    await notebook.run(2);
    await notebook.outputs(2).filter({ hasText: 'drew 5,10 after interrupted' }).waitFor({ timeout: 20_000 });
    await notebook.run(3);
    await notebook
      .outputs(3)
      .filter({ hasText: /loss +-?[\d.]+ on held-out simulations/ })
      .waitFor({ timeout: 10_000 });
    await notebook.page.screenshot({ path: join(screenshots, 'interrupted.png') });
    await notebook.page.close();
  });

  it('runs the catch of an interrupted cell and keeps what it declared', async () => {
    await lab.write('catch.ipynb', [
      `import { InterruptedError, simulate, tasks, type Simulations } from 'scorebook';
const task = tasks.gaussian10d();
const slow = { prior: task.prior, simulator: (theta: readonly number[]) => {
  for (const end = Date.now() + 5; Date.now() < end; );
  return [...theta];
} };`,
      `let partial: Simulations | undefined;
try { await simulate(slow, 5_000, { seed: 1, workers: 0 }); } catch (error) { partial = (error as InterruptedError<Simulations>).partial; }`,
      'console.log(`kept ${partial!.calls > 0 ? "some" : "no"} simulations`);',
      'await new Promise((resolve) => setTimeout(resolve, 60_000));',
      'console.log("free again");',
    ]);
    const notebook = await NotebookPage.open(browser, lab.page('catch.ipynb'));
    await notebook.run(0);
    await notebook.allDone(60_000);
    await notebook.run(1);
    await notebook.outputs(1).locator('progress').first().waitFor({ timeout: 60_000 });
    await notebook.page.waitForTimeout(1_000);
    await notebook.interrupt();
    await notebook.allDone(10_000);
    await notebook.run(2);
    await notebook.outputs(2).filter({ hasText: 'kept some simulations' }).waitFor({ timeout: 10_000 });
    expect(await notebook.errors()).toEqual([]);
    await notebook.run(3); // a cell in which nobody listens ends at once
    await notebook.page.waitForTimeout(1_000);
    await notebook.interrupt();
    await notebook.allDone(5_000);
    await notebook.page.waitForTimeout(500);
    await notebook.run(4);
    await notebook.outputs(4).filter({ hasText: 'free again' }).waitFor({ timeout: 10_000 });
    await notebook.page.close();
  });

  it('completes names with Tab and shows documentation with Shift-Tab', async () => {
    await lab.write('help.ipynb', ["import * as scorebook from 'scorebook';", '']);
    const notebook = await NotebookPage.open(browser, lab.page('help.ipynb'));
    await notebook.run(0);
    await notebook.allDone(60_000);
    await notebook.editor(1).click();
    await notebook.page.keyboard.type('scorebook.', { delay: 20 });
    const names = notebook.page.locator('.jp-Completer .jp-Completer-match').filter({ hasText: 'squaredMmd' });
    // JupyterLab gives up on a kernel that takes longer than a second, as the first time on a busy machine: press
    // again, as users do
    for (let presses = 0; presses < 5 && !(await names.first().isVisible()); presses++) {
      await notebook.page.keyboard.press('Tab');
      await names
        .first()
        .waitFor({ timeout: 5_000 })
        .catch(() => undefined);
    }
    expect(await names.first().isVisible()).toBe(true);
    await notebook.page.screenshot({ path: join(screenshots, 'completion.png') });
    await notebook.page.keyboard.press('Escape');
    await notebook.editor(1).click();
    await notebook.page.keyboard.press('End');
    await notebook.page.keyboard.type('squaredMmd', { delay: 20 });
    await notebook.page.keyboard.press('Shift+Tab');
    const tip = notebook.page.locator('.jp-Tooltip');
    await tip.filter({ hasText: 'maximum mean discrepancy' }).waitFor({ timeout: 20_000 });
    await notebook.page.screenshot({ path: join(screenshots, 'documentation.png') });
    await notebook.page.close();
  });
});
