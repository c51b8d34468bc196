import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cache, notebooks } from '../../scripts/setup/paths.mjs';
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

describeIfThere('JupyterLab in a browser', need, () => {
  let lab: LabServer;
  let browser: Browser;

  beforeAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(screenshots, { recursive: true });
    cpSync(join(notebooks, quickstart), join(folder, quickstart));
    [lab, browser] = await Promise.all([startLab(folder), launchChromium(chromium as string)]);
    console.log(`Screenshots: ${screenshots}`);
  });

  afterAll(async () => {
    await browser?.close();
    await lab?.stop();
  });

  it('runs the quickstart and shows its charts', async () => {
    const notebook = await NotebookPage.open(browser, lab.page(quickstart));
    await notebook.runAll();
    await notebook.allDone(280_000);
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
  });

  it('stops a training run within two seconds of an interrupt and keeps the variables', async () => {
    await lab.write('interrupt.ipynb', [
      `import { npse, simulate, tasks } from 'scorebook';
const task = tasks.gaussian10d();
const sims = await simulate(task, 2_000, { seed: 1 });`,
      'const estimator = await npse.train(sims, { prior: task.prior, seed: 2, fit: { maxEpochs: 20_000, patience: 20_000 } });',
      'console.log(`kept ${sims.theta.shape[0]} simulations`);',
    ]);
    const notebook = await NotebookPage.open(browser, lab.page('interrupt.ipynb'));
    await notebook.run(0);
    await notebook.allDone(60_000);
    await notebook.run(1);
    await notebook.outputs(1).locator('svg, progress').first().waitFor({ timeout: 30_000 }); // the live loss curve
    await notebook.page.waitForTimeout(2_000);
    await notebook.page.screenshot({ path: join(screenshots, 'training.png') });
    const begin = Date.now();
    await notebook.interrupt();
    await notebook.allDone(10_000);
    expect(Date.now() - begin).toBeLessThan(2_000);
    await notebook.page.waitForTimeout(500); // for 0.2 s after a stopped cell, tslab drops what is sent to it
    await notebook.run(2);
    await notebook.outputs(2).filter({ hasText: 'kept 2000 simulations' }).waitFor({ timeout: 10_000 });
    await notebook.page.screenshot({ path: join(screenshots, 'interrupted.png') });
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
