// Judges FollowTheMoney JSON lines on standard input with @alephdata/followthemoney, the package
// that Aleph's own pages read entities with:
//     liaison record export --format ftm | node tests/npm/ftm.js
// Each entity must have an id of its own, a schema that is no abstract one, only properties of that
// schema, values that are non-empty strings, values of the right kind where the kind can be seen
// (dates, countries, e-mail, url), and references to entities of a schema that the property takes.
// Prints one line a fault and "N entities, M faults"; exits 1 when there is a fault or no entity.
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { Model } = require('@alephdata/followthemoney');

const folder = path.dirname(require.resolve('@alephdata/followthemoney'));
const model = new Model(JSON.parse(fs.readFileSync(path.join(folder, 'defaultModel.json'), 'utf8')));

const seen = new Map(); // id -> Entity
const references = []; // checked when all entities are known
let faults = 0;
let line = 0;

function fault(why) {
  faults++;
  if (faults <= 50) console.log(`line ${line}: ${why}`);
}

const looks = {
  date: /^\d{4}(-\d{2}(-\d{2}(T\d{2}(:\d{2}(:\d{2})?)?(Z|[+-]\d{2}:?\d{2})?)?)?)?$/,
  country: /^[a-z]{2,3}(-[a-z]{2,})?$/,
  email: /^[^@\s]+@[^@\s]+$/,
  url: /^[a-z]+:\/\/\S+$/,
};

function judge(text) {
  const raw = JSON.parse(text);
  if (typeof raw.id !== 'string' || raw.id === '') return fault('no id');
  if (seen.has(raw.id)) return fault('its id came before');
  const entity = model.getEntity(raw); // throws on an unknown schema or property
  seen.set(raw.id, entity);
  if (entity.schema.abstract) fault(`schema ${entity.schema.name} is abstract`);
  for (const name of entity.schema.required)
    if (!entity.hasProperty(name)) fault(`${entity.schema.name} asks for ${name}`);
  for (const [name, values] of Object.entries(raw.properties ?? {})) {
    const property = entity.schema.getProperty(name);
    for (const value of values) {
      if (typeof value !== 'string' || value.trim() === '') fault(`${property.qname}: not a text`);
      else if (looks[property.type.name] && !looks[property.type.name].test(value))
        fault(`${property.qname}: not a ${property.type.name}`);
      else if (property.type.name === 'entity')
        references.push({ line, property, id: value });
    }
  }
}

for (const text of fs.readFileSync(0, 'utf8').split('\n')) {
  line++;
  if (text === '') continue;
  try {
    judge(text);
  } catch (e) {
    fault(e.message);
  }
}
for (const { line: at, property, id } of references) {
  line = at;
  const target = seen.get(id);
  if (!target) fault(`${property.qname}: refers to an entity that is not there`);
  else if (property.range && !target.schema.isA(property.range))
    fault(`${property.qname}: wants ${property.getRange().name}, not ${target.schema.name}`);
}
console.log(`${seen.size} entities, ${faults} faults`);
process.exit(faults === 0 && seen.size > 0 ? 0 : 1);
