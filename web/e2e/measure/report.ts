// What measurements say, and to whom.

export function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)]!;
}

export function report(line: string): void {
  process.stdout.write(`${line}\n`);
}
