import { basename } from 'node:path/posix';
import { visible } from '../../evidence/visible.ts';
import { greetedName, suggestedNames, targetNameFor } from '../look/names.ts';
import { rolesOf } from '../look/roles.ts';
import type { ImageLooks } from './image.ts';
import type { Draft } from './written.ts';

/**
 * What is known of an image by a container of it that greeted.
 * @param given names of the variables that the container was given
 */
export function draftOfImage(image: string, seen: ImageLooks, given: readonly string[] = []): Draft {
  const { looks, ownNames, ending } = seen;
  const greeted = greetedName(looks);
  const isOwn = greeted !== null && ownNames.includes(greeted.name);
  const { hostName, mailDomain } = suggestedNames(greeted === null || isOwn ? null : greeted.name);
  const from = `By the greeting of port ${greeted?.port}`;
  return {
    by: `mailspec init --image ${visible(image)}`,
    name: targetNameFor(basename(image).replace(/[:@].*$/, '')),
    settings: { driver: 'container', image },
    hostName: { value: hostName, from: hostName === null ? 'No greeting has it.' : from },
    mailDomain: {
      value: mailDomain,
      from:
        mailDomain === null
          ? 'No greeting suggests it.'
          : `${from}; correct it where addresses end otherwise`,
    },
    ...rolesOf(looks),
    isDisposable: true,
    remarks: [
      ...(isOwn
        ? [
            `The server greets as ${visible(greeted.name)}, the id of its container, which every start changes: "hostname" gives the container a name that lasts.`,
          ]
        : []),
      ...(ending === null
        ? []
        : [
            `${visible(ending.split('\n')[0] ?? '')} Servers often want settings: "env" hands them over, and "files" copies files into the container.`,
          ]),
      ...(given.length === 0
        ? []
        : [
            `The container was given ${given.map(visible).join(', ')}: "env" of the target must hand over the same; the values stand nowhere here.`,
          ]),
      'Tried was one start without any other settings, and the greeting of each port; logins, recipients and certificates were not.',
    ],
  };
}
