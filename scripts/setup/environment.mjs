import { join } from 'node:path';
import { venv } from './paths.mjs';

/**
 * The environment of every Python and Jupyter process that the scripts start: Jupyter's own folders lie inside `.venv`,
 * so that nothing is read from or written to the user's home, and a Python set up elsewhere does not leak in.
 * @param {NodeJS.ProcessEnv} [extra]
 * @returns {NodeJS.ProcessEnv}
 */
export function environment(extra = {}) {
  const { PYTHONPATH, PYTHONHOME, JUPYTER_PATH, JUPYTER_CONFIG_PATH, ...inherited } = process.env;
  return {
    ...inherited,
    JUPYTER_CONFIG_DIR: join(venv, 'jupyter', 'config'),
    JUPYTER_DATA_DIR: join(venv, 'jupyter', 'data'),
    JUPYTER_RUNTIME_DIR: join(venv, 'jupyter', 'runtime'),
    JUPYTER_PREFER_ENV_PATH: '1',
    IPYTHONDIR: join(venv, 'ipython'),
    PYTHONNOUSERSITE: '1',
    PIP_USER: '0',
    PIP_REQUIRE_VIRTUALENV: '1',
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
    TF_CPP_MIN_LOG_LEVEL: '3',
    ...extra,
  };
}
