import { fileURLToPath } from 'node:url';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export const root = here('../..');
export const launcher = here('../../tidings');
export const brokerScript = here('./broker.sh');
export const pages = here('../pages');
export const packages = here('../node_modules');
