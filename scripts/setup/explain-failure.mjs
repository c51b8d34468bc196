/** What went wrong in a tool's log, as a sentence with the remedy; the first match wins. */
const explanations = [
  {
    pattern: /ENOSPC|No space left on device/i,
    sentence: () => 'The disk is full: free about 4 GB and run the same command again.',
  },
  {
    pattern: /EACCES|Permission denied/i,
    sentence: () => 'A file could not be written: make the clone and the package cache writable for this user.',
  },
  {
    pattern: /can only install packages when your package\.json and package-lock\.json/i,
    sentence: () => 'package.json and package-lock.json disagree: run "npm install" and commit the lock file.',
  },
  {
    pattern:
      /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ERR_SOCKET_TIMEOUT|ENETUNREACH|NewConnectionError|NameResolutionError|ConnectTimeoutError|ReadTimeoutError|ProxyError|SSLError|Temporary failure in name resolution|Failed to establish a new connection/,
    sentence: (/** @type {string} */ registry) =>
      `${registry} could not be reached: check the network, and HTTPS_PROXY where a proxy is needed, then run the same command again; finished steps are kept.`,
  },
  {
    pattern: /E404|No matching distribution found|notarget No matching version/i,
    sentence: (/** @type {string} */ registry) =>
      `${registry} does not offer a pinned version: point the package client to a complete registry and run the same command again.`,
  },
];

/**
 * The sentence for a failed command, or undefined where its log shows nothing known.
 * @param {string} log what the command printed
 * @param {string} registry how the sentence names the registry, such as `The npm registry`
 */
export function explainFailure(log, registry) {
  return explanations.find(({ pattern }) => pattern.test(log))?.sentence(registry);
}
