import { kernelName } from '../setup/kernel.mjs';

/**
 * The arguments with which `.venv`'s Python starts JupyterLab. The token stays on, as it is by default.
 * @param {string} folder what the lab shows
 * @param {string[]} more the user's own, which come last and so win
 */
export function labArguments(folder, more = []) {
  return [
    ...['-m', 'jupyterlab'],
    ...(process.getuid?.() === 0 ? ['--allow-root'] : []), // containers and rented machines
    `--ServerApp.root_dir=${folder}`,
    '--ServerApp.ip=127.0.0.1',
    `--MultiKernelManager.default_kernel_name=${kernelName}`,
    // JupyterLab brings a Python kernel, in which no cell of ours would run.
    '--KernelSpecManager.ensure_native_kernel=False',
    `--KernelSpecManager.allowed_kernelspecs=${kernelName}`,
    '--LabApp.news_url=',
    '--LabApp.extension_manager=readonly',
    ...more,
  ];
}
