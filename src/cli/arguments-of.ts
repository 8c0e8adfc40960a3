import type { Command } from 'commander';

/**
 * What a command was given, defaults included, as a command line that gives another process the same: every option that
 * the command has, so that none can be forgotten, but for those named in `without`.
 */
export function argumentsOf(command: Command, without: readonly string[]): string[] {
  return command.options.flatMap((option) => {
    const name = option.attributeName();
    const value: unknown = command.getOptionValue(name);
    if (value === undefined || without.includes(name)) return [];
    if (typeof value === 'boolean') return value === option.negate ? [] : [option.long!];
    return [value].flat().map((one) => `${option.long}=${one}`);
  });
}
