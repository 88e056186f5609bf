import { randomBytes } from 'node:crypto';
import { callerOf, toErrorAnswer } from '../http/messages.js';
import { methodDescriptions } from '../messages/protos.js';
import type { FirestoreMethods } from '../methods/methods.js';
import { StreamFeed } from '../methods/streams.js';
import { checkRequestSize } from '../messages/requestSize.js';
import { toFirestoreError } from '../model/status.js';
import { fromJson, parseJson, toJson } from '../rest/protoJson.js';
import { Channel } from './channel.js';

/** The open channels by id, each with one of the service's streams behind it. */
export class ChannelStreams {
  private readonly channels = new Map<string, Channel>();

  constructor(private readonly methods: FirestoreMethods) {}

  get(id: string): Channel | undefined {
    return this.channels.get(id);
  }

  /** Opens a channel to a stream, `Listen` or `Write`; undefined for another name. */
  open(
    name: string,
    authorization: string | undefined,
  ): { id: string; channel: Channel } | undefined {
    const openStream = this.methods.duplex[name];
    const method = methodDescriptions().find((candidate) => candidate.name === name);
    if (openStream === undefined || method === undefined) return undefined;
    const id = randomBytes(16).toString('base64url');
    const channel = new Channel(
      (text) => {
        feed.push(text);
      },
      () => {
        this.channels.delete(id);
        feed.close();
      },
    );
    const caller = callerOf(authorization, () => channel.isEnded);
    const stream = openStream(caller, (response) => {
      channel.send([toJson(method.response, response)]);
    });
    const take = async (text: string): Promise<void> => {
      checkRequestSize(Buffer.byteLength(text));
      await stream.take(fromJson(method.request, parseJson(text)));
    };
    const close = (): void => {
      stream.close();
    };
    const feed = new StreamFeed({ take, close }, (error) => {
      channel.send([toErrorAnswer(toFirestoreError(error)).body]);
      channel.send(['close']);
    });
    this.channels.set(id, channel);
    return { id, channel };
  }
}
