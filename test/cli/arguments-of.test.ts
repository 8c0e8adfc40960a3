import { describe, expect, test } from 'bun:test';
import { Command, type Option } from 'commander';
import { argumentsOf } from '../../src/cli/arguments-of.ts';
import { labCommands } from '../../src/cli/lab-commands.ts';
import { experiments } from '../../src/lab/experiments.ts';

function fresh(name: string): Command {
  const program = new Command();
  labCommands(program);
  return program.commands.find((command) => command.name() === name)!;
}

/** Something else than the default, whatever the option takes. */
function given({ long, required, variadic, argChoices }: Option): string[] {
  if (!required) return [long!];
  return variadic ? [long!, '3', '4'] : [long!, argChoices?.at(-1) ?? '0.25'];
}

describe('argumentsOf', () => {
  for (const { name, takesAlpha } of experiments) {
    test(`${name}: another process has every option that this one was given, but for those left out`, () => {
      const [first, second] = [fresh(name), fresh(name)];
      first.parseOptions(first.options.flatMap(given));
      second.parseOptions(argumentsOf(first, ['against', 'only', 'json']));
      const { against, only, json, ...rest } = first.opts();
      expect([against, only, json]).toEqual(['0.25', '0.25', true]);
      expect(second.opts()).toEqual(rest);
      expect(rest.alpha).toBe(takesAlpha ? 0.25 : undefined);
      expect(rest.seeds).toEqual([3, 4]);
    });
  }

  test('an option that was not given is its default, or not there; a value may look like an option', () => {
    const make = () =>
      new Command()
        .option('--dataset <DIR...>')
        .option('--device <DEVICE>', '', 'auto')
        .option('--alpha <NUMBER>')
        .option('--no-page')
        .option('--json');
    const [first, second] = [make(), make()];
    first.parseOptions(['--dataset=--odd', '--dataset=b c', '--no-page']);
    const line = argumentsOf(first, []);
    expect(line).toEqual(['--dataset=--odd', '--dataset=b c', '--device=auto', '--no-page']);
    second.parseOptions(line);
    expect(second.opts()).toEqual(first.opts());
  });
});
