import type { Command } from 'commander';
import type { LabServeOptions } from './lab-serve.ts';

/** Adds `mailspec lab serve`. */
export function addLab(program: Command): void {
  const lab = program.command('lab').description('A lab in the open, for servers that run already.');

  lab
    .command('serve')
    .description(
      'Runs a lab on a machine with public addresses and a delegated zone, until it is told to stop. Targets of the driver host name it by lab:.',
    )
    .requiredOption('--zone <name>', 'the zone that is delegated to this machine, such as probe.example.org')
    .requiredOption(
      '--address <address...>',
      'IPv4 addresses of this machine: the first for everybody, more for receiving servers of single checks',
    )
    .requiredOption('--ns <name...>', 'names of the name servers, as the delegation has them')
    .requiredOption('--control <host:port>', 'where runs are controlled, over TLS')
    .requiredOption('--token <reference>', 'what opens runs: env:NAME or file:path')
    .option('--state <folder>', 'what is kept: keys, authority, certificate', 'mailspec-lab')
    .option('--certificate <file>', 'PEM of a certificate for the control interface and the mail server')
    .option('--key <file>', 'PEM of its key')
    .option('--allow-network <network...>', 'networks that are not public, where targets may lie')
    .option('--target-port <port...>', 'ports of targets, where these are not the ports of mail')
    .option('--dns-port <port>', 'where names are asked for', '53')
    .option('--smtp-port <port>', 'where mail is received', '25')
    .option('--web-port <port>', 'where policies are served', '443')
    .action(async (options: LabServeOptions) => {
      const { labServeCommand } = await import('./lab-serve.ts');
      await labServeCommand(options);
    });
}
