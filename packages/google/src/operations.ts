import type { Operation, RequestBody } from '@actguard/metering';
import { contentOperation } from './content-operation.js';
import { embeddingOperation, embedsTexts } from './embedding-operation.js';
import type { GoogleMeterOptions } from './google-meter-options.js';
import { unmeteredOperation } from './unmetered-operation.js';

/** `…/models/gemini-2.5-flash:generateContent`, in whichever way the model is named before the colon. */
const METHOD = /([^/]+)\/([^/:]+):([A-Za-z]+)$/;

/** What is billed and reports no tokens. */
const UNMETERED_METHODS: Readonly<Record<string, string>> = {
  predictLongRunning: 'models.generateVideos',
  batchGenerateContent: 'batches.create',
  asyncBatchEmbedContent: 'batches.createEmbeddings',
  importFile: 'fileSearchStores.importFile',
  uploadToFileSearchStore: 'fileSearchStores.uploadToFileSearchStore',
};
const UNMETERED_COLLECTIONS: Readonly<Record<string, string>> = {
  batchPredictionJobs: 'batches.create',
  cachedContents: 'caches.create',
  tuningJobs: 'tunings.tune',
  tunedModels: 'tunings.tune',
};

/** What a `POST` to this path bills; `undefined` for what is free. */
export function operationOf(path: string, body: () => RequestBody, options: GoogleMeterOptions): Operation | undefined {
  const found = METHOD.exec(path);
  if (found === null) {
    const name = own(UNMETERED_COLLECTIONS, path.slice(path.lastIndexOf('/') + 1));
    return name === undefined ? undefined : unmeteredOperation(name, modelIn(body()));
  }
  const [, collection = '', id = '', method = ''] = found;
  // An endpoint or a tuned model is no model that others have a price for.
  const model = collection === 'models' ? decoded(id) : `${collection}/${decoded(id)}`;
  switch (method) {
    case 'generateContent':
      return contentOperation(model, false, body(), options);
    case 'streamGenerateContent':
      return contentOperation(model, true, body(), options);
    case 'embedContent':
    case 'batchEmbedContents':
      return embeddingOperation(model, body(), options);
    case 'predict':
      return embedsTexts(body())
        ? embeddingOperation(model, body(), options)
        : unmeteredOperation('models.predict', model);
    default: {
      const name = own(UNMETERED_METHODS, method);
      return name === undefined ? undefined : unmeteredOperation(name, model);
    }
  }
}

function own(table: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

function modelIn({ model, baseModel }: RequestBody): string {
  const named = [model, baseModel].find((each) => typeof each === 'string');
  return named === undefined ? 'unknown' : named.slice(named.lastIndexOf('/') + 1);
}

function decoded(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}
