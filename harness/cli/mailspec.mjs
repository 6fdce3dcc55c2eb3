#!/usr/bin/env node
// An older Node cannot even read the TypeScript sources, so this guard is plain JavaScript and comes first.
const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 24) await startedAgain();
const { enableCompileCache } = await import('node:module');
enableCompileCache();
// What a check holds dies with it, so that a large nursery of V8 costs memory and saves nothing. This is for the
// threads that are still to come; that of this one is limited on the command line (package.json).
const { setFlagsFromString } = await import('node:v8');
setFlagsFromString('--max-semi-space-size=8');
// Whoever reads the output may stop (`| head`); a run goes on and writes its reports.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error) => {
    if (error.code !== 'EPIPE') throw error;
  });
}
const { existsSync } = await import('node:fs');
// What is installed is compiled: Node strips no types beneath node_modules.
const isCheckout = existsSync(new URL('main.ts', import.meta.url));
const { main } = await import(isCheckout ? './main.ts' : '../../dist/harness/cli/main.js');
process.exitCode = await main(process.argv);

/** Starts the same command under the Node that came with the installation, and ends as it ends. */
async function startedAgain() {
  const { createRequire } = await import('node:module');
  const { spawn } = await import('node:child_process');
  const { dirname, join } = await import('node:path');
  const { fileURLToPath } = await import('node:url');
  let own;
  try {
    const found = createRequire(import.meta.url).resolve(
      `node-${kindOf(process.platform)}-${process.arch}/package.json`,
    );
    own = join(dirname(found), 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  } catch {
    console.error(
      `mailspec needs Node 24 or later, was started with ${process.versions.node} (${process.execPath}), ` +
        `and finds none of its own for ${process.platform} on ${process.arch}.`,
    );
    process.exit(3);
  }
  const args = ['--max-semi-space-size=8', fileURLToPath(import.meta.url), ...process.argv.slice(2)];
  const child = spawn(own, args, { stdio: 'inherit' });
  // A terminal tells both; whoever tells this process alone means the other one.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  const [code, signal] = await new Promise((resolve) => {
    child.once('error', (failure) => {
      console.error(`mailspec could not start ${own}: ${failure.message}`);
      resolve([3, null]);
    });
    child.once('exit', (...ending) => resolve(ending));
  });
  if (signal !== null) {
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  }
  process.exit(code ?? 3);
}

function kindOf(platform) {
  return platform === 'win32' ? 'win' : platform;
}
