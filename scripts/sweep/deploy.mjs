export function pack(/** @type {string} */ _) {
  return 1;
}
