import { z } from 'zod';
import { text } from './value-schema.ts';

export const likelyCause = z
  .strictObject({
    faults: z.array(z.strictObject({ name: text, text })).min(1),
    severity: z.enum(['critical', 'high', 'medium', 'low', 'info']),
    explains: z.array(text).min(1),
    doesNotFit: z.array(text),
  })
  .meta({
    id: 'LikelyCause',
    description: 'A mistake that the target looks as if it made, and the findings that it explains.',
  });
