import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, vi } from 'vitest';

/** A fresh folder that stands for `results` in each test of the file; its path once a test runs. */
export function temporaryResults(): { readonly path: string } {
  const state = { path: '' };
  beforeEach(() => {
    state.path = mkdtempSync(join(tmpdir(), 'scorebook-results-'));
    vi.stubEnv('SCOREBOOK_RESULTS', state.path);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(state.path, { recursive: true, force: true });
  });
  return state;
}
