// The routes of signing in. They stand outside of the catalogue of commands and queries, because nobody is there yet whom
// a permission could be asked of; so they are listed here for the reference page.
import {
  beginSetup,
  beginSetupAnswer,
  completeSetup,
  completeSetupAnswer,
  secondFactor,
  secondFactorAnswer,
  sessionAnswer,
  setupState,
  signIn,
  signInAnswer,
} from '../../contracts/src/access/index.ts';
import type { PlainRoute } from './pages/openapi.ts';

export const SIGN_IN_ROUTES: readonly PlainRoute[] = [
  {
    method: 'GET',
    path: '/api/setup',
    sentence: 'May the owner still be registered with this link?',
    output: setupState,
  },
  {
    method: 'POST',
    path: '/api/setup/begin',
    sentence: 'Begin to register the first owner',
    input: beginSetup,
    output: beginSetupAnswer,
  },
  {
    method: 'POST',
    path: '/api/setup/complete',
    sentence: 'Register the first owner with a code of the second factor, and sign in',
    input: completeSetup,
    output: completeSetupAnswer,
  },
  { method: 'GET', path: '/api/session', sentence: 'Who is signed in', output: sessionAnswer },
  { method: 'POST', path: '/api/session', sentence: 'Sign in: the password', input: signIn, output: signInAnswer },
  {
    method: 'POST',
    path: '/api/session/factor',
    sentence: 'Sign in: the second factor',
    input: secondFactor,
    output: secondFactorAnswer,
  },
];
