import { expect, test } from '@jest/globals';
import { operationOf } from './operations.js';

/** Path, what it bills, of which model. */
const paths: readonly [string, string | undefined, string | undefined][] = [
  ['/v1/models/gemini-2.5-flash:generateContent', 'models.generateContent', 'gemini-2.5-flash'],
  ['/gateway/v1beta/models/gemini-2.5-flash:streamGenerateContent', 'models.generateContentStream', 'gemini-2.5-flash'],
  ['/v1/tunedModels/mine-1:generateContent', 'models.generateContent', 'tunedModels/mine-1'],
  [
    '/v1beta1/projects/p/locations/l/publishers/google/models/gemini-2.5-pro:generateContent',
    'models.generateContent',
    'gemini-2.5-pro',
  ],
  ['/v1beta1/projects/p/locations/l/endpoints/42:generateContent', 'models.generateContent', 'endpoints/42'],
  ['/v1/publishers/meta/models/llama%2D4:generateContent', 'models.generateContent', 'llama-4'],
  ['/v1/models/gemini-embedding-001:batchEmbedContents', 'models.embedContent', 'gemini-embedding-001'],
  ['/v1/models/imagen-4.0:predict', 'models.predict', 'imagen-4.0'],
  ['/v1/models/veo-3:predictLongRunning', 'models.generateVideos', 'veo-3'],
  ['/v1/cachedContents', 'caches.create', 'unknown'],
  ['/v1beta1/projects/p/locations/l/tuningJobs', 'tunings.tune', 'unknown'],
  [
    '/upload/v1/fileSearchStores/s1:uploadToFileSearchStore',
    'fileSearchStores.uploadToFileSearchStore',
    'fileSearchStores/s1',
  ],
  ['/v1/models/gemini-2.5-flash:countTokens', undefined, undefined],
  ['/v1/models/gemini-2.5-flash:computeTokens', undefined, undefined],
  ['/v1/models/gemini-2.5-flash:constructor', undefined, undefined],
  ['/v1/batches/b1:cancel', undefined, undefined],
  ['/v1/files', undefined, undefined],
  ['/v1/constructor', undefined, undefined],
];

test.each(paths)('%s', (path, name, model) => {
  const operation = operationOf(path, () => ({}), {});
  expect(operation?.name).toBe(name);
  expect(operation?.model({})).toBe(model);
});

test('a prediction is one of texts where it holds nothing else', () => {
  const nameOf = (instances: unknown) => operationOf('/v1/models/m:predict', () => ({ instances }), {})?.name;
  expect(nameOf([{ content: 'a' }, { content: 'b' }])).toBe('models.embedContent');
  expect(nameOf([{ content: 'a' }, { prompt: 'b' }])).toBe('models.predict');
  expect(nameOf([])).toBe('models.predict');
});
