import type { JSONValue } from 'proto3-json-serializer';
import { fromProto3JSON, toProto3JSON } from 'proto3-json-serializer';
import type protobuf from 'protobufjs/light.js';
import { toPlain } from '../messages/protos.js';
import type { FirestoreError } from '../model/status.js';
import { badRequest } from '../model/status.js';
import type { Json } from './checkJson.js';
import { checkJson, isObject } from './checkJson.js';

/** Reads a message's JSON form into what the methods take; INVALID_ARGUMENT where it is none. */
export function fromJson(type: protobuf.Type, json: Json): object {
  const message = fromProto3JSON(type, checkJson(type, json) as JSONValue);
  return message === null ? {} : toPlain(type, message);
}

/** The JSON form of a message that a method answered. */
export function toJson(type: protobuf.Type, message: object): JSONValue {
  return toProto3JSON(type.fromObject(message));
}

/** Parses the JSON of a message; INVALID_ARGUMENT where it is none. Nothing at all is an empty message. */
export function parseJson(text: string): Json {
  let json: unknown;
  try {
    json = text === '' ? {} : JSON.parse(text);
  } catch (error) {
    const isCut = error instanceof Error && error.message.startsWith('Unexpected end');
    throw notJson(`Unexpected ${isCut ? 'end of string' : 'token'}.`);
  }
  if (isObject(json)) return json;
  throw notJson('Unknown name "": Root element must be a message.');
}

function notJson(reason: string): FirestoreError {
  return badRequest([{ description: `Invalid JSON payload received. ${reason}` }]);
}

/** JSON as text. Plain JSON would lose the sign of the double −0, which the SDKs write as text. */
export function formatJson(json: unknown): string {
  return JSON.stringify(json, (_, value: unknown) => (Object.is(value, -0) ? '-0' : value));
}

/** JSON as text in which whatever is beyond ASCII is escaped: a character is a byte and no line ends. */
export function formatAsciiJson(json: unknown): string {
  return formatJson(json).replaceAll(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
