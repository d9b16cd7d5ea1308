import { readFileSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { nextTime } from '../src/machine/due.ts';
import { INITIAL, step } from '../src/machine/step.ts';
import { run, type Vector } from './vector.ts';

const VECTORS = new URL('../vectors/', import.meta.url);

for (const name of readdirSync(VECTORS).filter((name) => name.endsWith('.json'))) {
  const vector = JSON.parse(readFileSync(new URL(name, VECTORS), 'utf8')) as Vector;
  test(`${vector.name}: ${vector.description}`, () => {
    expect(name).toBe(`${vector.name}.json`);
    expect(run({ step, nextTime, INITIAL }, vector)).toEqual(vector.steps);
  });
}
