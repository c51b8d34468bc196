import { silentHost, type Host } from '../core/host';
import { currentCell } from './kernel';
import { notebookHost } from './notebook-host';
import { terminalHost } from './terminal-host';

/**
 * The host that fits this process: a notebook's inside the kernel, else a terminal's; silent if the environment says
 * `SCOREBOOK_PROGRESS=off`.
 *
 * @example
 * installHost(detectHost());
 */
export function detectHost(): Host {
  if (process.env.SCOREBOOK_PROGRESS === 'off') return silentHost;
  return currentCell() ? notebookHost() : terminalHost();
}
