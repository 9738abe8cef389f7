/** Answers chat completions on loopback, in a process of its own; tells its port to the one that started it. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { STREAM, WHOLE } from './answers.js';

const streamed = STREAM.join('');

const server = createServer(async (request, response) => {
  let body = '';
  for await (const part of request) body += part;
  const isStream = (JSON.parse(body) as { stream?: boolean }).stream === true;
  response.writeHead(200, { 'content-type': isStream ? 'text/event-stream' : 'application/json' });
  response.end(isStream ? streamed : WHOLE);
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit());
