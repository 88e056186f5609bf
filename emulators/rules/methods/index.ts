import { RulesError } from '../errors.js';
import { UNKNOWN, NULL, type Value } from '../values.js';
import { getField, listMethods, mapDiffMethods, mapMethods, setMethods } from './collections.js';
import { invoke } from './signature.js';
import { bytesMethods, pathMethods, stringMethods } from './text.js';
import { durationMethods, latlngMethods, timestampMethods } from './times.js';

/** Calls `self.name(args)`; a type without such a method is an error. */
export function callMethod(self: Value, name: string, args: readonly Value[]): Value {
  switch (self.type) {
    case 'unknown':
      return UNKNOWN;
    case 'string':
      return invoke(stringMethods, self, name, args);
    case 'bytes':
      return invoke(bytesMethods, self, name, args);
    case 'path':
      return invoke(pathMethods, self, name, args);
    case 'list':
      return invoke(listMethods, self, name, args);
    case 'set':
      return invoke(setMethods, self, name, args);
    case 'map':
      // A field that a partial map names is known, though the map is not.
      return name === 'get' && args.length === 2
        ? getField(self, args[0] ?? NULL, args[1] ?? NULL)
        : invoke(mapMethods, self, name, args);
    case 'map_diff':
      return invoke(mapDiffMethods, self, name, args);
    case 'timestamp':
      return invoke(timestampMethods, self, name, args);
    case 'duration':
      return invoke(durationMethods, self, name, args);
    case 'latlng':
      return invoke(latlngMethods, self, name, args);
    case 'null':
      throw new RulesError('Null value error.');
    default:
      throw new RulesError(`Function not found error: Name: [${name}].`);
  }
}
