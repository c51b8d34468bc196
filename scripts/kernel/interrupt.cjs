/**
 * Keeps the kernel alive when a cell listens for the interrupt. tslab runs a cell's first stretch (up to its first
 * await) in a mode of `vm` that takes all SIGINT listeners away for as long, sets the signal's action itself, and in
 * the end puts back the action it found: none, which is to die. A listener added in that stretch, as `await train(...)`
 * does, makes Node believe that its own action is still set, and the next interrupt kills the kernel.
 *
 * So there is one real listener, which `vm` takes away and puts back as it should, and everyone else's SIGINT listeners
 * are kept under another event, which it emits.
 */
'use strict';

const INTERRUPT = 'scorebook:interrupt';
const forward = () => process.emit(INTERRUPT);

for (const method of ['on', 'once', 'addListener', 'prependListener', 'off', 'removeListener']) {
  const original = process[method];
  process[method] = function (event, listener) {
    return original.call(this, event === 'SIGINT' && listener !== forward ? INTERRUPT : event, listener);
  };
}
process.on('SIGINT', forward);

/** How many listen for the interrupt besides tslab, which always does. */
exports.listeningWork = () => process.listenerCount(INTERRUPT) - 1;
