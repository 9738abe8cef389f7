import { createHash } from 'node:crypto';
import { ATTEMPTS } from './lua/attempts.js';
import { BREAKER } from './lua/breaker.js';
import { BUDGET } from './lua/budget.js';
import { FACTS } from './lua/facts.js';
import { IDEMPOTENCY } from './lua/idempotency.js';
import { MAIN } from './lua/main.js';
import { PRELUDE } from './lua/prelude.js';
import { RATE } from './lua/rate.js';
import { SESSION } from './lua/session.js';

/** The one script: it carries out any list of requests as one atomic step. */
export const SCRIPT = [PRELUDE, RATE, ATTEMPTS, BREAKER, IDEMPOTENCY, BUDGET, SESSION, FACTS, MAIN].join('\n');

/** What the server calls it by, once it knows it. */
export const SCRIPT_SHA = createHash('sha1').update(SCRIPT).digest('hex');
