import type { Browser, Locator, Page } from 'playwright-core';

/** A notebook open in JupyterLab, with the few things that a test does as a user would. */
export class NotebookPage {
  private constructor(readonly page: Page) {}

  /** Opens the page and waits until the kernel answers. */
  static async open(browser: Browser, address: string): Promise<NotebookPage> {
    const page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
    await page.goto(address);
    await page.locator('.jp-NotebookPanel .jp-CodeCell').first().waitFor({ timeout: 60_000 });
    const notebook = new NotebookPage(page);
    await notebook.kernelIsIdle(60_000);
    return notebook;
  }

  /** Waits until the status bar says that the kernel has answered and has nothing to do. */
  async kernelIsIdle(timeout: number): Promise<void> {
    await this.page.locator('#jp-main-statusbar', { hasText: /\| Idle/ }).waitFor({ timeout });
  }

  async runAll(): Promise<void> {
    await this.page.locator('.lm-MenuBar-itemLabel', { hasText: /^Run$/ }).click();
    await this.page.locator('.lm-Menu-itemLabel', { hasText: /^Run All Cells$/ }).click();
  }

  /** Starts the code cell `index` (from 0) with Shift-Enter. */
  async run(index: number): Promise<void> {
    await this.editor(index).click();
    await this.page.keyboard.press('Shift+Enter');
  }

  /** Presses the toolbar's button that interrupts the kernel. */
  async interrupt(): Promise<void> {
    await this.page.locator('.jp-NotebookPanel-toolbar [data-jp-item-name="interrupt"] >> nth=0').click();
  }

  cell(index: number): Locator {
    return this.page.locator('.jp-NotebookPanel .jp-CodeCell').nth(index);
  }

  editor(index: number): Locator {
    return this.cell(index).locator('.cm-content');
  }

  outputs(index: number): Locator {
    return this.cell(index).locator('.jp-OutputArea-output');
  }

  /** Waits until no cell is running or waiting to run. */
  async allDone(timeout: number): Promise<void> {
    const waiting = this.page.locator('.jp-InputPrompt', { hasText: '[*]' });
    const begin = Date.now();
    while ((await waiting.count()) > 0) {
      if (Date.now() - begin > timeout) throw new Error(`Cells still run after ${timeout / 1000} s.`);
      await this.page.waitForTimeout(50);
    }
  }

  /** What cells printed as errors: tslab writes them to stderr. */
  errors(): Promise<string[]> {
    return this.page.locator('[data-mime-type="application/vnd.jupyter.stderr"]').allInnerTexts();
  }
}
