import { ROLE_NAMES, ROLES, type Role } from '../../model/roles.ts';
import { type Look, roleOfPort } from './look.ts';

/** A port as it is to be declared. */
export interface DeclaredRole {
  readonly role: Role;
  readonly port: number;
  /** Service of a compose project; absent elsewhere. */
  readonly service?: string;
  /** What was seen there, or why it is taken for this role; ready to be printed. */
  readonly note: string;
}

/** Ports by role, and sentences about those that are left. */
export interface DeclaredRoles {
  readonly roles: readonly DeclaredRole[];
  readonly left: readonly string[];
}

/**
 * Gives each port that greets the role that it is for: that of its registration where the greeting agrees, else the
 * first one of its protocol that no other port has, which the note then says. A port that greets with a refusal is
 * declared: what serves there is known.
 */
export function rolesOf(looks: readonly Look[]): DeclaredRoles {
  const roles = new Map<Role, DeclaredRole>();
  const strange: Look[] = [];
  for (const look of looks) {
    const role = roleOfPort(look.port);
    const { greeting } = look;
    if (!greeting) continue;
    const agrees =
      role &&
      ROLES[role].protocol === greeting.protocol &&
      ROLES[role].tls === greeting.tls &&
      !roles.has(role);
    if (agrees) roles.set(role, { role, port: look.port, note: greeting.text });
    else strange.push(look);
  }
  const left: string[] = [];
  for (const { port, greeting } of strange) {
    if (!greeting) continue;
    const role = ROLE_NAMES.find(
      (one) =>
        !roles.has(one) && ROLES[one].protocol === greeting.protocol && ROLES[one].tls === greeting.tls,
    );
    const what = `${greeting.protocol.toUpperCase()}${greeting.tls === 'implicit' ? ' inside TLS' : ''}`;
    if (role)
      roles.set(role, {
        role,
        port,
        note: `speaks ${what} at an unusual port: is it ${role}? ${greeting.text}`,
      });
    else
      left.push(`${port} speaks ${what} too, and every role of that is declared already: ${greeting.text}`);
  }
  return {
    roles: ROLE_NAMES.flatMap((role) => roles.get(role) ?? []),
    left: [...left, ...unanswered(looks)],
  };
}

/** Ports where nothing greeted, those with the same reason in one sentence. */
function unanswered(looks: readonly Look[]): string[] {
  const ports = new Map<string, number[]>();
  for (const { port, failure } of looks)
    if (failure !== null) ports.set(failure, [...(ports.get(failure) ?? []), port]);
  return [...ports].map(([failure, at]) => `Nothing greets at ${at.join(', ')}: ${failure}.`);
}
