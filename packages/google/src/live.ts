import { MeteredCall } from '@actguard/metering';
import type { GoogleGenAI } from '@google/genai';
import type { GoogleMetering } from './google-metering.js';
import { unmeteredOperation } from './unmetered-operation.js';

type Live = GoogleGenAI['live'];
type Music = Live['music'];

/** Live sessions that are metered, and the ones that they stand for. */
const originals = new WeakMap<object, Live>();

/** Live sessions go through a socket that the meter does not see: they are only opened where the budgets allow. */
export function meteredLive(given: Live, metering: GoogleMetering): Live {
  const live = originals.get(given) ?? given;
  const copy = Object.create(live) as Live;
  originals.set(copy, live);
  const connect: Live['connect'] = (params) =>
    admitted('live.connect', params.model, metering, () => live.connect(params));
  const music = Object.create(live.music) as Music;
  const connectMusic: Music['connect'] = (params) =>
    admitted('live.music.connect', params.model, metering, () => live.music.connect(params));
  Object.defineProperty(music, 'connect', { value: connectMusic });
  Object.defineProperties(copy, { connect: { value: connect }, music: { value: music } });
  return copy;
}

async function admitted<Session>(
  name: string,
  model: string,
  metering: GoogleMetering,
  connect: () => Promise<Session>,
): Promise<Session> {
  const operation = unmeteredOperation(name, model.slice(model.lastIndexOf('/') + 1));
  const call = await MeteredCall.admit(metering, operation, {}, false, 1);
  try {
    const session = await connect();
    call.answered(undefined);
    return session;
  } catch (error) {
    call.failed(error, false);
    throw error;
  }
}
