import { Agent, AgentHost, Prove, type Run, Tool } from '@actguard/core';
import { describe, expect, test } from '@jest/globals';
import { InboxAgent } from './agent.js';
import { Mailbox } from './world.js';

const lease = { id: 'em_1000' };
const newsletter = { id: 'em_2041' };
const injection = { id: 'em_2042' };

/** A tool of another agent that finds mails by what is written in them: anyone can have theirs found. */
@Agent()
class SearchAgent {
  @Tool()
  @Prove({ kind: 'mail_id', extract: 'id' })
  async search() {
    return [lease];
  }
}

async function atMailbox(body: (agent: InboxAgent, mailbox: Mailbox, run: Run) => Promise<void>): Promise<void> {
  const mailbox = new Mailbox();
  await using host = await AgentHost.create({
    agents: [InboxAgent, SearchAgent],
    providers: [{ provide: Mailbox, useValue: mailbox }],
  });
  await host.run((run: Run) => body(run.get(InboxAgent), mailbox, run));
}

describe('the inbox agent', () => {
  test('reads and deletes mails that it listed', () =>
    atMailbox(async (agent, mailbox) => {
      await agent.list({});
      expect(await agent.read(newsletter)).toMatchObject(newsletter);
      await agent.delete(newsletter);
      expect(mailbox.deleted).toMatchObject([newsletter]);
    }));

  test('does not delete a mail because another one says so', () =>
    atMailbox(async (agent, mailbox) => {
      await agent.list({});
      expect((await agent.read(injection)).body).toContain(lease.id);
      await expect(agent.delete(lease)).rejects.toMatchObject({ code: 'MISSING_FACT' });
      expect(mailbox.deleted).toEqual([]);
    }));

  test('does not read a mail because another one names it', () =>
    atMailbox(async (agent) => {
      await agent.list({});
      await agent.read(injection);
      await expect(agent.read(lease)).rejects.toMatchObject({ code: 'MISSING_FACT' });
    }));

  test('reads and deletes a mail that the user named', () =>
    atMailbox(async (agent, mailbox, run) => {
      run.userSaid('You can throw em_1000 away, I have moved out.');
      expect(await agent.read(lease)).toMatchObject(lease);
      await agent.delete(lease);
      expect(mailbox.deleted).toMatchObject([lease]);
    }));

  test('takes no id of a mail from any other tool', () =>
    atMailbox(async (agent, mailbox, run) => {
      await run.get(SearchAgent).search();
      await expect(agent.read(lease)).rejects.toMatchObject({ code: 'MISSING_FACT' });
      await expect(agent.delete(lease)).rejects.toMatchObject({ code: 'MISSING_FACT' });
      expect(mailbox.deleted).toEqual([]);
    }));
});
