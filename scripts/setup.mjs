import { runMain } from './setup/problem.mjs';
import { setUp } from './setup/setup.mjs';

await runMain(setUp);
