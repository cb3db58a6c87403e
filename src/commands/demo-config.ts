import type { CommandContext } from "./context.ts";
import { withConfigSession } from "./config-session.ts";
import { createRecordWriter } from "../kafka/record-writer.ts";
import { loadCodec } from "../app/codecs.ts";
import type { Connections, Surroundings } from "../app/connections.ts";
import { licenceOf, sampleTenants } from "../sandbox/sample-tenants.ts";
import type { CallEndedRecord } from "../sandbox/simulated-cdr.ts";
import type { Trigger } from "../triggers/trigger.ts";

/** Publishes the sample tenants and triggers, and returns once they are readable back. */
export async function publishSamples(
  context: CommandContext,
  triggers: readonly Trigger[],
): Promise<void> {
  const { topics } = context.config;
  await withConfigSession(context, async ({ publish, codecs }) => {
    for (const sample of sampleTenants) {
      const { tenantId } = sample;
      await publish(
        {
          topic: topics.tenants.name,
          key: tenantId,
          value: codecs.tenants.encode(licenceOf(sample)),
        },
        { action: "tenant.written", tenantId },
      );
    }
    for (const trigger of triggers) {
      const { triggerId, tenantId } = trigger;
      await publish(
        { topic: topics.triggers.name, key: triggerId, value: codecs.triggers.encode(trigger) },
        { action: "trigger.created", tenantId, triggerId },
      );
    }
  });
}

/** Sends calls as the platform would. */
export interface CallSender extends AsyncDisposable {
  send(call: CallEndedRecord): Promise<void>;
}

export async function createCallSender(
  { config, clock, emit }: Surroundings,
  connections: Connections,
): Promise<CallSender> {
  const topic = config.topics.cdr.name;
  const codec = await loadCodec<CallEndedRecord>("CallEnded", topic, connections);
  const writer = createRecordWriter(connections.kafka, { clock, emit });
  return {
    async send(call) {
      await writer.write({ topic, key: call.tenantId, value: codec.encode(call) });
    },
    [Symbol.asyncDispose]: () => writer[Symbol.asyncDispose](),
  };
}
