/** Where progress is shown and interrupts come from: a notebook, a terminal, or a program of one's own. */
export { installHost, silentHost, type Host, type LossPoint, type Progress } from './host';
