import { kernelName } from '../setup/kernel.mjs';

/** The kernel that JupyterLab brings, of `.venv`'s Python. */
const pythonKernel = 'python3';

/**
 * The arguments with which `.venv`'s Python starts JupyterLab. The token stays on, as it is by default.
 * @param {string} folder what the lab shows
 * @param {string[]} more the user's own, which come last and so win; `--python` is ours: a Python kernel beside the
 * library's, for notebooks that read its files, simulate in Python or draw with ArviZ
 */
export function labArguments(folder, more = []) {
  const withPython = more.includes('--python');
  const kernels = [kernelName, ...(withPython ? [pythonKernel] : [])];
  return [
    ...['-m', 'jupyterlab'],
    ...(process.getuid?.() === 0 ? ['--allow-root'] : []), // containers and rented machines
    `--ServerApp.root_dir=${folder}`,
    '--ServerApp.ip=127.0.0.1',
    `--MultiKernelManager.default_kernel_name=${kernelName}`,
    // in a Python kernel no cell of ours would run: it is there only where it was asked for
    `--KernelSpecManager.ensure_native_kernel=${withPython ? 'True' : 'False'}`,
    ...kernels.map((name) => `--KernelSpecManager.allowed_kernelspecs=${name}`),
    '--LabApp.news_url=',
    '--LabApp.extension_manager=readonly',
    ...more.filter((argument) => argument !== '--python'),
  ];
}
